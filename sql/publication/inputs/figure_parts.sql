-- The month's clusters, and which of them each figure is the sum of.
with clusters as (
    select
        month, profile, cluster_id, cluster_type,
        if(scheme is null, 'communities', concat(scheme, ': ', sector)) as sector,
        coalesce(nullif(split_part(regions, '; ', 1), ''), 'not located') as main_region
    from typology.innovation_clusters
    where month = $month
)

select profile, 'clusters' as table_name, cluster_id as label, cluster_id from clusters
union all
select profile, 'totals', 'all: all', cluster_id from clusters
union all
select profile, 'totals', concat('cluster_type: ', cluster_type), cluster_id from clusters
union all
select profile, 'totals', concat('sector: ', sector), cluster_id from clusters
union all
select profile, 'totals', concat('main_region: ', main_region), cluster_id from clusters
