-- table: trust.criteria
-- severity: blocking
-- Every group that was tested has each of the criteria, and its size.
select g.group_id, 5 as expected, count(distinct t.criterion) as actual
from typology.candidates as g
left join trust.criteria as t on t.month = g.month and t.profile = g.profile and t.group_id = g.group_id
where g.month = $month and g.profile = $profile
group by g.group_id
having count(distinct t.criterion) <> 5
order by g.group_id
