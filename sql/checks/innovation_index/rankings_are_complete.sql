-- table: innovation_index.rankings
-- severity: blocking
-- Every cluster has a rank, from 1 without gaps, and none stands above one of a larger share.
with ordered as (
    select
        *,
        row_number() over (partition by category order by percentage desc, cluster_id asc) as place
    from innovation_index.clusters
    where month = $month
)

select
    coalesce(ordered.category, rankings.category) as category,
    coalesce(ordered.cluster_id, rankings.cluster_id) as cluster_id,
    ordered.place as expected,
    rankings.rank as actual
from ordered
full join (select * from innovation_index.rankings where month = $month) as rankings
    on rankings.category = ordered.category and rankings.cluster_id = ordered.cluster_id
where ordered.place is distinct from rankings.rank
