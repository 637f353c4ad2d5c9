select name, latitude, longitude, population, is_primary_urban_area
from used.places
where month = $month
order by name, region
