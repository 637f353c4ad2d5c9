-- table: innovation_index.runs
-- severity: warning
-- K-means came to rest: no item would change its cluster.
select category, 'settled' as expected, note as actual
from innovation_index.runs
where month = $month and note like '%not settled%'
