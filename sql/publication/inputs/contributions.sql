-- What each business holds of each figure, of this month and of the earlier ones that it is compared with.
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
,

-- What this month's figures are compared with: releases nearby, and what a figure that is older was last given as.
compared as (
    select measure, figure
    from ledger.released
    where
        month between $month - to_months($differences_months::integer)
        and $month + to_months($differences_months::integer)
    union
    select measure, figure
    from ledger.released
    where given is not null
    qualify row_number() over (
        partition by profile, table_name, label, measure order by month desc, release desc
    ) = 1
),

-- One cell of each that this month has not.
earlier as (
    select released.*
    from ledger.released as released
    join compared using (measure, figure)
    where figure not in (select figure from figures)
    qualify row_number() over (
        partition by figure order by table_name asc, month desc, release desc, profile asc, label asc
    ) = 1
),

earlier_held as (
    select earlier.measure, earlier.figure, holdings.organisation_id, holdings.value
    from earlier
    join ledger.released_holdings as holdings using (figure)
    where earlier.table_name = 'clusters'
    union all
    select earlier.measure, earlier.figure, holdings.organisation_id, holdings.value
    from earlier
    join ledger.released_parts as of_total
        on
            of_total.month = earlier.month and of_total.release = earlier.release
            and of_total.profile = earlier.profile and of_total.total = earlier.label
    join ledger.released as part
        on
            part.month = earlier.month and part.release = earlier.release and part.profile = earlier.profile
            and part.table_name = 'clusters' and part.label = of_total.cluster_id and part.measure = earlier.measure
    join ledger.released_holdings as holdings on holdings.figure = part.figure
    where earlier.table_name = 'totals'
),

everything as (
    select distinct figures.measure, figures.figure, cell_held.organisation_id, cell_held.value
    from figures
    join cell_held using (profile, table_name, label, measure)
    union all
    select measure, figure, organisation_id, sum(value)::bigint from earlier_held
    group by measure, figure, organisation_id
)

select measure, figure, dense_rank() over (order by organisation_id)::bigint as organisation, value
from everything
order by all
