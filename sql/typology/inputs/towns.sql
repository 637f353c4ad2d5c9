select name, latitude, longitude, population, is_primary_urban_area
from reference.places
where as_of = (select as_of from sources.drops where month = $month and dataset = 'places')
order by name, region
