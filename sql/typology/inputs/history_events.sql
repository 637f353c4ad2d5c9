select cluster_id, event, earlier_month, earlier_cluster_id, shared_firms, earlier_type, cluster_type
from typology.cluster_events
where month = $month and profile = $profile
order by cluster_id, event, earlier_cluster_id
