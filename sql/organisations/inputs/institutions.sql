select institution_key, latitude, longitude
from used.institutions
where
    month = $month
    and latitude is not null and longitude is not null
