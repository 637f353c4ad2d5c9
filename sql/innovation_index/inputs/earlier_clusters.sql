select category, cluster_id, items, latitude, longitude
from innovation_index.clusters
where month = $earlier_month
order by category, cluster_id
