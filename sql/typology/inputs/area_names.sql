-- The month's drop of boundaries where it has a name, else the shipped list.
select layer, code, max_by(name, as_of) as name
from reference.area_names
where
    as_of = date '1970-01-01'
    or as_of = (select as_of from sources.drops where month = $month and dataset = 'boundaries')
group by layer, code
order by layer, code
