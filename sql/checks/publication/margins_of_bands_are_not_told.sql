-- table: publication.criterion_margins
-- severity: blocking
-- Where a criterion's share has a band, neither its margins are given, nor whether they are near, nor what follows.
select margins.profile, margins.cluster_id, margins.measure, null as expected, margins.margin as actual
from publication.criterion_margins as margins
join publication.share_bands as bands
    on
        bands.month = margins.month and bands.profile = margins.profile and bands.cluster_id = margins.cluster_id
        and (
            (bands.measure = 'rdi_active_share' and margins.criterion = 'rdi_active')
            or (bands.measure = 'colocated_share' and margins.criterion = 'colocated')
        )
where
    margins.month = $month
    and (margins.margin is not null or margins.is_near is not null or margins.type_if_flipped is not null)
order by margins.profile, margins.cluster_id, margins.measure
