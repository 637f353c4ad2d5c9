select scheme, sector, grid, count(*) as points
from spatial.points
where month = $month and scheme <> 'all'
group by all
order by scheme, sector, grid
