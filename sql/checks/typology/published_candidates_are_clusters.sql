-- table: typology.candidates
-- severity: blocking
-- A group is published exactly where it has no reason not to be: each such group is a cluster, each cluster one such group.
with published as (
    select cluster_id, count(*) as groups
    from typology.candidates
    where month = $month and profile = $profile and unpublished_reason is null
    group by cluster_id
)

select
    coalesce(c.cluster_id, p.cluster_id, 'none') as cluster_id,
    case when c.cluster_id is null then 0 else 1 end as expected,
    coalesce(p.groups, 0) as actual
from (select * from typology.innovation_clusters where month = $month and profile = $profile) as c
full outer join published as p on p.cluster_id = c.cluster_id
where case when c.cluster_id is null then 0 else 1 end <> coalesce(p.groups, 0)
order by cluster_id
