-- table: typology.cluster_indicators
-- severity: blocking
-- Every cluster has one row of further figures.
select
    coalesce(c.cluster_id, i.cluster_id) as cluster_id,
    c.cluster_id is not null as expected,
    i.cluster_id is not null as actual
from (select cluster_id from typology.innovation_clusters where month = $month and profile = $profile) as c
full outer join (select cluster_id from typology.cluster_indicators where month = $month and profile = $profile) as i
    on i.cluster_id = c.cluster_id
where c.cluster_id is null or i.cluster_id is null
order by cluster_id
