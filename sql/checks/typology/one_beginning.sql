-- table: typology.cluster_events
-- severity: blocking
-- Every cluster of the month either is born or continues an earlier one, and only once.
with begun as (
    select cluster_id, count(*) as events
    from typology.cluster_events
    where month = $month and profile = $profile and event in ('birth', 'continuation')
    group by cluster_id
)

select
    coalesce(c.cluster_id, b.cluster_id) as cluster_id,
    case when c.cluster_id is null then 0 else 1 end as expected,
    coalesce(b.events, 0) as actual
from (select * from typology.innovation_clusters where month = $month and profile = $profile) as c
full outer join begun as b on b.cluster_id = c.cluster_id
where case when c.cluster_id is null then 0 else 1 end <> coalesce(b.events, 0)
order by cluster_id
