-- table: reference.rtic_sectors
-- severity: warning
-- There are 46 emerging sectors, as in the published Map.
select 46 as expected, count(distinct sector) as actual
from reference.rtic_sectors
where as_of = (select as_of from sources.drops where month = $month and dataset = 'rtic_sectors')
having count(distinct sector) <> 46
