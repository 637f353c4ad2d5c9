-- table: reference.sic_sectors
-- severity: warning
-- There are 32 broad sectors, as in the published Map.
select 32 as expected, count(distinct sector) as actual
from used.sic_sectors
where month = $month
having count(distinct sector) <> 32
