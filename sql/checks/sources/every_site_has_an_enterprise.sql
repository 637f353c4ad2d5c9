-- table: sources.idbr_local_units
-- severity: blocking
-- Every site is of an enterprise in the enterprises that the month uses.
select luref, 'an enterprise of the month' as expected, entref as actual
from sources.idbr_local_units
where
    as_of = (select as_of from sources.drops where month = $month and dataset = 'idbr_local_units')
    and entref not in (
        select entref from sources.idbr_enterprises
        where as_of = (select as_of from sources.drops where month = $month and dataset = 'idbr_enterprises')
    )
order by luref
