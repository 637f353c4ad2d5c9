-- table: innovation_index.place_clusters
-- severity: blocking
-- Every town has a cluster in every category that has clusters, and it is a cluster of that category.
with towns as (
    select name as place, region
    from used.places
    where month = $month
),

wanted as (
    select towns.place, towns.region, categories.category
    from towns
    cross join (select distinct category from innovation_index.clusters where month = $month) as categories
),

found as (
    select placed.place, placed.region, placed.category, clusters.cluster_id
    from innovation_index.place_clusters as placed
    left join innovation_index.clusters as clusters
        on
            clusters.month = placed.month
            and clusters.category = placed.category
            and clusters.cluster_id = placed.cluster_id
    where placed.month = $month
)

select
    coalesce(wanted.place, found.place) as place,
    coalesce(wanted.region, found.region) as region,
    coalesce(wanted.category, found.category) as category,
    case when wanted.place is null then 'none' else 'a cluster' end as expected,
    coalesce(found.cluster_id, 'none') as actual
from wanted
full outer join found
    on found.place = wanted.place and found.region = wanted.region and found.category = wanted.category
where wanted.place is null or found.cluster_id is null
order by place, region, category
