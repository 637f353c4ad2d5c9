-- table: reference.sic_sectors
-- severity: warning
-- There are 32 broad sectors, as in the published Map.
select 32 as expected, count(distinct sector) as actual
from reference.sic_sectors
where as_of = (select as_of from sources.drops where month = $month and dataset = 'sic_sectors')
having count(distinct sector) <> 32
