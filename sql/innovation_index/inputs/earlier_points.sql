select item_id, cluster_id, latitude, longitude
from innovation_index.activity_points
where month = $earlier_month and category = $category
order by item_id
