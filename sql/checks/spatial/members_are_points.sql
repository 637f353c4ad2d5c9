-- table: spatial.group_members
-- severity: blocking
-- Every member of a group is a point of the group's sector and grid.
select
    members.profile,
    members.group_id,
    members.site_id,
    'a point of the sector' as expected,
    'none' as actual
from spatial.group_members as members
left join spatial.groups as groups
    on groups.month = members.month and groups.profile = members.profile and groups.group_id = members.group_id
left join spatial.points as points
    on points.month = members.month and points.scheme = groups.scheme and points.sector = groups.sector
    and points.grid = groups.grid and points.site_id = members.site_id and points.organisation_id = members.organisation_id
where members.month = $month and points.site_id is null
