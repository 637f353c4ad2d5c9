-- table: sources.rtic_company_sectors
-- severity: warning
-- Every RTIC code of the firms is one of the month's emerging sectors; a code that is none counts in no cluster.
select codes.rtic_code, codes.firms, 'a code in reference.rtic_sectors' as expected, 'none' as actual
from (
    select rtic_code, count(*) as firms
    from used.rtic_company_sectors
    where month = $month
    group by rtic_code
) as codes
where
    codes.rtic_code not in (
        select rtic_code from used.rtic_sectors
        where month = $month
    )
order by codes.rtic_code
