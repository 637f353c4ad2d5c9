select scheme, sector, grid, organisation_id, site_id, easting, northing, is_firm
from spatial.points
where month = $month and scheme = $scheme and sector in (select unnest($sectors))
