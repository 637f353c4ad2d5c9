select month, profile, cluster_id, firms, cluster_type
from publication.clusters
where month between $month - to_months($timeline_months - 1) and $month
order by all
