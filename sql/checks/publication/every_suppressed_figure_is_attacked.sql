-- table: publication.attack_bounds
-- severity: blocking
-- Every suppressed figure was attacked and has a reason in the log.
with suppressed as (
    select
        profile, 'clusters' as table_name, cluster_id as cell, unnest(['employees', 'turnover_gbp']) as measure,
        unnest([employees_status, turnover_gbp_status]) as status
    from publication.clusters
    where month = $month
    union all
    select
        profile, 'totals', concat(dimension, ': ', member), unnest(['employees', 'turnover_gbp']),
        unnest([employees_status, turnover_gbp_status])
    from publication.totals
    where month = $month
)

select suppressed.profile, suppressed.cell, suppressed.measure, 1 as expected, 0 as actual
from suppressed
left join publication.attack_bounds as bounds
    on
        bounds.month = $month and bounds.profile = suppressed.profile
        and bounds.cell = suppressed.cell and bounds.measure = suppressed.measure
where
    suppressed.status = 'c'
    and (
        bounds.cell is null
        or not exists (
            select 1
            from publication.suppressions as log
            where
                log.month = $month and log.profile = suppressed.profile and log.table_name = suppressed.table_name
                and log.cell = suppressed.cell and log.measure = suppressed.measure
        )
    )
