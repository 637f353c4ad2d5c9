select category, label, latitude, longitude
from used.index_centres
where month = $month
order by category, label
