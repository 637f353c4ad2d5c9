-- table: reference.rtic_sectors
-- severity: blocking
-- The code of an emerging sector is RTIC and four digits.
select as_of, rtic_code, 'RTIC and 4 digits' as expected, rtic_code as actual
from reference.rtic_sectors
where
    as_of = (select as_of from sources.drops where month = $month and dataset = 'rtic_sectors')
    and not regexp_full_match(rtic_code, 'RTIC[0-9]{4}')
order by rtic_code
