select distinct month, earlier_month
from typology.cluster_history
where profile = $profile and month <= $last
order by month desc
