-- For the ledger.
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


select profile, label as total, cluster_id from parts where table_name = 'totals'
