-- table: spatial.outlines
-- severity: blocking
-- Every group has an outline, in the grid that it was found in.
select groups.profile, groups.group_id, groups.grid as expected, coalesce(outlines.grid, 'no outline') as actual
from spatial.groups as groups
left join spatial.outlines as outlines
    on outlines.month = groups.month and outlines.profile = groups.profile and outlines.group_id = groups.group_id
where groups.month = $month and outlines.grid is distinct from groups.grid
