-- table: innovation_index.clusters
-- severity: blocking
-- Centre, counts and places of a cluster are those of its members.
with counted as (
    select
        category,
        cluster_id,
        count(*) as items,
        count(*) filter (where kind = 'business') as businesses,
        count(*) filter (where kind = 'event') as events,
        count(*) filter (where kind = 'paper') as papers,
        count(distinct (latitude, longitude)) as places, -- noqa: LT01
        avg(latitude) as latitude,
        avg(longitude) as longitude
    from innovation_index.activity_points
    where month = $month
    group by category, cluster_id
)

select
    coalesce(clusters.category, counted.category) as category,
    coalesce(clusters.cluster_id, counted.cluster_id) as cluster_id,
    counted.latitude || ', ' || counted.longitude || ': ' || counted.items || ' items' as expected,
    clusters.latitude || ', ' || clusters.longitude || ': ' || clusters.items || ' items' as actual
from (select * from innovation_index.clusters where month = $month) as clusters
full join counted on counted.category = clusters.category and counted.cluster_id = clusters.cluster_id
where
    (clusters.items, clusters.businesses, clusters.events, clusters.papers, clusters.places)
    is distinct from (counted.items, counted.businesses, counted.events, counted.papers, counted.places)
    or abs(clusters.latitude - counted.latitude) > 1e-9
    or abs(clusters.longitude - counted.longitude) > 1e-9
