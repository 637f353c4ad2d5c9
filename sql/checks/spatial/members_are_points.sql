-- table: spatial.group_members
-- severity: blocking
-- Every member of a group is a point of the group's sector and grid.
with members as (
    select
        members.profile,
        members.group_id,
        members.site_id,
        hash(groups.scheme, groups.sector, groups.grid, members.site_id, members.organisation_id) as point
    from spatial.group_members as members
    left join spatial.groups as groups
        on groups.month = members.month and groups.profile = members.profile and groups.group_id = members.group_id
    where members.month = $month
),

points as (
    select hash(scheme, sector, grid, site_id, organisation_id) as point
    from spatial.points
    where month = $month and scheme <> 'all'
)

select members.profile, members.group_id, members.site_id, 'a point of the sector' as expected, 'none' as actual
from members
anti join points on points.point = members.point
