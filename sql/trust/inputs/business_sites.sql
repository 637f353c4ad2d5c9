select easting, northing
from spatial.points
where month = $month and scheme = 'all' and grid = $grid
