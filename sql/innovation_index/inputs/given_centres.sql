select category, label, latitude, longitude
from sources.index_centres
where as_of = (select as_of from sources.drops where month = $month and dataset = 'index_centres')
order by category, label
