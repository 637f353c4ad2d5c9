select institution_key, latitude, longitude
from sources.institutions
where
    as_of = (select as_of from sources.drops where month = $month and dataset = 'publications')
    and latitude is not null and longitude is not null
