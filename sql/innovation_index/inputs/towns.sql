select name, latitude, longitude, population, region, is_primary_urban_area, index_order
from used.places
where month = $month
order by name, region
