select grid, easting, northing, count(*) as sites
from spatial.points
where month = $month and scheme = 'all'
group by all
order by grid, easting, northing
