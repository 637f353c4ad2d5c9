-- table: typology.innovation_clusters
-- severity: blocking
-- Every published cluster is RD&I-active.
select cluster_id, true as expected, is_rdi_active as actual
from typology.innovation_clusters
where month = $month and profile = $profile and not is_rdi_active
order by cluster_id
