-- table: typology.innovation_clusters
-- severity: blocking
-- Every cluster has an outline, but a Dispersed one, which has none.
select
    cluster_id,
    cluster_type <> 'Dispersed' as expected,
    outline_wkt is not null as actual
from typology.innovation_clusters
where month = $month and profile = $profile and actual <> expected
order by cluster_id
