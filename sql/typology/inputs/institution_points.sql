select institution_key, longitude, latitude
from organisations.institution_points
where month = $month
