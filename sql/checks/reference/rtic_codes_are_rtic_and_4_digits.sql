-- table: reference.rtic_sectors
-- severity: blocking
-- The code of an emerging sector is RTIC and four digits.
select as_of, rtic_code, 'RTIC and 4 digits' as expected, rtic_code as actual
from used.rtic_sectors
where
    month = $month
    and not regexp_full_match(rtic_code, 'RTIC[0-9]{4}')
order by rtic_code
