-- table: publication.cluster_audit
-- severity: blocking
-- No share of an audit is given from which a count of fewer than the threshold follows, of those it counts or of the
-- others.
with counts as (
    select
        profile, cluster_id, 'registered_office_only_share' as measure, registered_office_only_firms as counted,
        firms as whole
    from trust.cluster_audit
    where month = $month
    union all
    select profile, cluster_id, 'estimated_figures_share', estimated_firms, figured_firms
    from trust.cluster_audit
    where month = $month
    union all
    select profile, cluster_id, 'fallback_coordinates_share', fallback_sites, located_sites
    from trust.cluster_audit
    where month = $month
),

given as (
    unpivot (
        select
            profile, cluster_id, registered_office_only_share, estimated_figures_share, fallback_coordinates_share
        from publication.cluster_audit
        where month = $month
    )
    on registered_office_only_share, estimated_figures_share, fallback_coordinates_share
    into name measure value share
)

select given.profile, given.cluster_id, given.measure, 'no share' as expected, given.share as actual
from given
join counts
    on
        counts.profile = given.profile and counts.cluster_id = given.cluster_id and counts.measure = given.measure
where
    counts.whole < $disclosure_min_firms
    or (counts.counted > 0 and counts.counted < $disclosure_min_firms)
    or (counts.counted < counts.whole and counts.whole - counts.counted < $disclosure_min_firms)
order by given.profile, given.cluster_id, given.measure
