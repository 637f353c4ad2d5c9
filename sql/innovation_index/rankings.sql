-- Every cluster of each category by its share of the category's items, the largest first; equal shares by cluster_id.
select
    category,
    row_number() over (partition by category order by percentage desc, cluster_id asc)::integer as rank,
    cluster_id,
    name,
    regions,
    percentage,
    items,
    businesses,
    events,
    papers,
    latitude,
    longitude
from innovation_index.clusters
where month = $month
order by category, rank
