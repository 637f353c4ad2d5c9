select cluster_id, approach, scheme, sector, cluster_type, firms, employees
from typology.innovation_clusters
where month = $earlier_month and profile = $profile
order by cluster_id
