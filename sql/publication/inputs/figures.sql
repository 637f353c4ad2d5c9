-- The figures that some source gives.
with

clusters as (
    select
        month, profile, cluster_id, cluster_type,
        if(scheme is null, 'communities', concat(scheme, ': ', sector)) as sector,
        coalesce(nullif(split_part(regions, '; ', 1), ''), 'not located') as main_region
    from typology.innovation_clusters
    where month = $month
),

parts as (
    select profile, 'clusters' as table_name, cluster_id as label, cluster_id from clusters
    union all
    select profile, 'totals', 'all: all', cluster_id from clusters
    union all
    select profile, 'totals', concat('cluster_type: ', cluster_type), cluster_id from clusters
    union all
    select profile, 'totals', concat('sector: ', sector), cluster_id from clusters
    union all
    select profile, 'totals', concat('main_region: ', main_region), cluster_id from clusters
)
,

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
),

cell_held as (
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
),

-- Figures with the same digest are one: the same businesses hold the same amounts. One that holds nothing hides nobody.
figures as (
    select
        profile, table_name, label, measure,
        sha256(concat(measure, ': ', coalesce(
            string_agg(concat(organisation_id, ' ', value), ', ' order by organisation_id) filter (value > 0), ''
        ))) as figure,
        sum(value)::bigint as value
    from cell_held
    group by profile, table_name, label, measure
)


select profile, table_name, label, measure, figure, value from figures
order by all
