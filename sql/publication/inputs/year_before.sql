select profile, cluster_id, employees as employees_then
from publication.clusters
where month = $month - interval 12 month and employees_status = ''
