-- table: network.colocation
-- severity: blocking
-- Every community of a profile has a row, with no more firms around a member than are located, nor located than it has.
select
    coalesce(g.group_id, c.group_id) as group_id,
    g.firms as expected,
    { 'located_firms': c.located_firms, 'colocated_firms': c.colocated_firms } as actual
from (select group_id, firms from network.groups where month = $month and profile = $profile) as g
full join (
    select group_id, located_firms, colocated_firms
    from network.colocation
    where month = $month and profile = $profile
) as c on c.group_id = g.group_id
where g.group_id is null or c.group_id is null or c.colocated_firms > c.located_firms or c.located_firms > g.firms
order by group_id
