-- table: reference.rtic_sectors
-- severity: warning
-- There are 46 emerging sectors, as in the published Map.
select 46 as expected, count(distinct sector) as actual
from used.rtic_sectors
where month = $month
having count(distinct sector) <> 46
