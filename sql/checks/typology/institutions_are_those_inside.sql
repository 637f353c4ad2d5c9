-- table: typology.cluster_institutions
-- severity: blocking
-- Every institution inside an outline has its figures.
select
    coalesce(i.cluster_id, c.cluster_id) as cluster_id,
    coalesce(i.institution_key, c.institution_key) as institution_key,
    i.cluster_id is not null as expected,
    c.cluster_id is not null as actual
from (select * from typology.institutions_inside where month = $month and profile = $profile) as i
full outer join (select * from typology.cluster_institutions where month = $month and profile = $profile) as c
    on c.cluster_id = i.cluster_id and c.institution_key = i.institution_key
where actual <> expected
order by cluster_id, institution_key
