select month, cluster_id, name, cluster_type, approach, scheme, sector, firms, employees
from typology.innovation_clusters
where profile = $profile and month in ($month, $earlier_month, $month_before, $year_before)
order by month, cluster_id
