-- table: publication.totals
-- severity: blocking
-- A figure is there where its status says that it is given, rounded as the profile says, and nowhere else.
with figures as (
    select
        profile, dimension, member, 'employees' as measure, employees as actual, employees_status as status,
        $employees_rounding as base
    from publication.totals
    where month = $month
    union all
    select profile, dimension, member, 'turnover_gbp', turnover_gbp, turnover_gbp_status, $turnover_rounding_gbp
    from publication.totals
    where month = $month
)

select profile, dimension, member, measure, status as expected, actual
from figures
where (actual is not null) != (status = '') or actual % base != 0
