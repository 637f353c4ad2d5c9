select name as place, region, latitude, longitude, population
from used.places
where month = $month
order by place, region
