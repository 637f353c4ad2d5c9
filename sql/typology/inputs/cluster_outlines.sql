select cluster_id, outline_wkt
from typology.innovation_clusters
where month = $month and profile = $profile and outline_wkt is not null
order by cluster_id
