-- table: publication.clusters
-- severity: blocking
-- No count of firms is below the threshold.
select profile, cluster_id, $disclosure_min_firms as expected, firms as actual
from publication.clusters
where month = $month and firms < $disclosure_min_firms
