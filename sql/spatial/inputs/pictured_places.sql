-- The sites are one text: a list of so many is slow to hand over.
select site_id, any_value(easting) as easting, any_value(northing) as northing
from spatial.points
where
    month = $month and grid = 'gb' and scheme <> 'all'
    and site_id in (select unnest(string_split($sites, chr(10))))
group by site_id
