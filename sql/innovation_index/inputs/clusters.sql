select category, cluster_id, latitude, longitude, outline_wkt
from innovation_index.clusters
where month = $month
order by category, cluster_id
