select group_id, scheme, sector, location_quotient, location_quotient_low, location_quotient_high, q_value
from spatial.location_quotients
where month = $month and profile = $profile
order by group_id, scheme, sector
