-- table: innovation_index.runs
-- severity: warning
-- Items that are still here and have not moved keep their clusters from the month before.
select category, $index_min_carried_share as expected, carried_share as actual
from innovation_index.runs
where month = $month and carried_share < $index_min_carried_share
