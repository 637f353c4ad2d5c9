-- table: trust.stability
-- severity: blocking
-- Every published cluster has a row, and no other has.
select
    coalesce(c.cluster_id, s.cluster_id) as cluster_id,
    c.cluster_id is not null as expected,
    s.cluster_id is not null as actual
from (
    select distinct cluster_id
    from typology.candidates
    where month = $month and profile = $profile and cluster_id is not null and unpublished_reason is null
) as c
full join (select cluster_id from trust.stability where month = $month and profile = $profile) as s
    on s.cluster_id = c.cluster_id
where c.cluster_id is null or s.cluster_id is null
order by cluster_id
