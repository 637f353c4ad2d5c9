select latitude, longitude, count(*) as items
from innovation_index.items
where month = $month
group by latitude, longitude
order by latitude, longitude
