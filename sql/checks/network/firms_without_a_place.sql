-- table: network.colocation
-- severity: warning
-- At least half of a community's firms have a place: else co-location is judged on the few that do.
select c.group_id, g.firms as expected, c.located_firms as actual
from network.colocation as c
inner join network.groups as g on g.month = c.month and g.profile = c.profile and g.group_id = c.group_id
where c.month = $month and c.profile = $profile and 2 * c.located_firms < g.firms
order by c.group_id
