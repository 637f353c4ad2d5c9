-- table: publication.clusters
-- severity: blocking
-- No share of firms is given from which a count of fewer firms than the threshold follows, of those that have it or that
-- have not; it has a band instead.
with shares as (
    select profile, cluster_id, firms, 'rdi_active_share' as measure, rdi_active_share as share, rdi_active_band as band
    from publication.clusters
    where month = $month
    union all
    select profile, cluster_id, firms, 'funded_firms_share', funded_firms_share, funded_firms_band
    from publication.clusters
    where month = $month
)

select profile, cluster_id, measure, 'a band' as expected, share as actual
from shares
where
    (share is null) != (band is not null)
    or (round(share * firms) > 0 and round(share * firms) < $disclosure_min_firms)
    or (round(share * firms) < firms and round(firms - share * firms) < $disclosure_min_firms)
