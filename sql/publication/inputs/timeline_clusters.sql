-- The month's clusters; and those that were published of the month before it that the warehouse has, and are no more.
with earlier as (
    select profile, max(earlier_month) as month
    from typology.cluster_events
    where month = $month
    group by profile
),

clusters as (
    select profile, cluster_id, scheme, sector, main_region, firms, outline_wkt
    from publication.clusters
    where month = $month
),

before as (
    select
        clusters.profile, clusters.cluster_id, clusters.scheme, clusters.sector, clusters.main_region, clusters.firms,
        clusters.outline_wkt
    from publication.clusters as clusters
    join earlier on earlier.profile = clusters.profile and earlier.month = clusters.month
)

select
    clusters.*, if(earlier.month is null, null, before.cluster_id is null) as is_born,
    if(earlier.month is null, null, false) as is_ended
from clusters
left join earlier on earlier.profile = clusters.profile
left join before on before.profile = clusters.profile and before.cluster_id = clusters.cluster_id
union all
select before.*, false, true
from before
anti join clusters on clusters.profile = before.profile and clusters.cluster_id = before.cluster_id
order by profile, cluster_id
