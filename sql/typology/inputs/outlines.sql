select group_id, outline_wkt, area_km2, latitude, longitude
from spatial.outlines
where month = $month and profile = $profile
order by group_id
