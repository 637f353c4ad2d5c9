select scheme, sector, count(*) as sites
from spatial.points
where month = $month
group by all
order by scheme, sector
