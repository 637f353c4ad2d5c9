-- table: sources.idbr_local_units
-- severity: blocking
-- Every site is of an enterprise in the enterprises that the month uses.
select luref, 'an enterprise of the month' as expected, entref as actual
from used.idbr_local_units
where
    month = $month
    and entref not in (
        select entref from used.idbr_enterprises
        where month = $month
    )
order by luref
