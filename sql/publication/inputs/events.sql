select profile, max(earlier_month) as earlier_month, event, count(distinct cluster_id) as clusters
from typology.cluster_events
where month = $month
group by profile, event
order by profile, event
