-- table: publication.clusters
-- severity: blocking
-- A figure is there where its status says that it is given, rounded as the profile says, and nowhere else.
with figures as (
    select
        profile, cluster_id, 'employees' as measure, employees as actual, employees_status as status,
        $employees_rounding as base
    from publication.clusters
    where month = $month
    union all
    select profile, cluster_id, 'turnover_gbp', turnover_gbp, turnover_gbp_status, $turnover_rounding_gbp
    from publication.clusters
    where month = $month
)

select profile, cluster_id, measure, status as expected, actual
from figures
where (actual is not null) != (status = '') or actual % base != 0
