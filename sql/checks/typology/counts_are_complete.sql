-- table: typology.cluster_counts
-- severity: blocking
-- The counts have a row for each of the four types and sum to the number of clusters.
with counted as (
    select count(distinct cluster_type) as types, coalesce(sum(clusters), 0) as clusters
    from typology.cluster_counts
    where month = $month and profile = $profile
),

there as (
    select count(*) as clusters from typology.innovation_clusters where month = $month and profile = $profile
)

select
    format('4 types, {} clusters', there.clusters) as expected,
    format('{} types, {} clusters', counted.types, counted.clusters) as actual
from counted
cross join there
where counted.types <> 4 or counted.clusters <> there.clusters
