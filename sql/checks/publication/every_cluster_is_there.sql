-- table: publication.clusters
-- severity: blocking
-- Every cluster of every profile of the month is there, and no other.
with expected as (
    select profile, cluster_id, 1 as expected from typology.innovation_clusters where month = $month
),

actual as (
    select profile, cluster_id, 1 as actual from publication.clusters where month = $month
)

select profile, cluster_id, coalesce(expected, 0) as expected, coalesce(actual, 0) as actual
from expected
full join actual using (profile, cluster_id)
where expected is null or actual is null
