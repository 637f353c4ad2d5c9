-- table: reference.sic_sectors
-- severity: blocking
-- A prefix of a SIC 2007 code is 2 to 5 digits.
select as_of, sic2007_prefix, '2 to 5 digits' as expected, sic2007_prefix as actual
from used.sic_sectors
where
    month = $month
    and not regexp_full_match(sic2007_prefix, '[0-9]{2,5}')
order by sic2007_prefix
