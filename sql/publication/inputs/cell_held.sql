-- What each business holds of each figure of the month, in hundredths.
with parts as (
    select profile, table_name, label, cluster_id
    from inputs.figure_parts
),

sites as (
    select distinct profile, cluster_id, site_id
    from typology.cluster_members
    where month = $month and site_id is not null
),

held as (
    select
        sites.profile, sites.cluster_id, apportioned.organisation_id,
        sum(apportioned.employees * 100)::bigint as employees,
        sum(apportioned.turnover_gbp * 100)::bigint as turnover_gbp
    from sites
    join organisations.apportioned_sites as apportioned
        on apportioned.month = $month and apportioned.site_id = sites.site_id
    group by sites.profile, sites.cluster_id, apportioned.organisation_id
)

select parts.profile, parts.table_name, parts.label, measure, organisation_id, sum(value)::bigint as value
from parts
join (
    select profile, cluster_id, organisation_id, 'employees' as measure, employees as value
    from held
    where employees is not null
    union all
    select profile, cluster_id, organisation_id, 'turnover_gbp' as measure, turnover_gbp as value
    from held
    where turnover_gbp is not null
) as measured using (profile, cluster_id)
group by parts.profile, parts.table_name, parts.label, measure, organisation_id
