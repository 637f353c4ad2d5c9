-- table: spatial.group_members
-- severity: blocking
-- A point is in one group of its sector at the most.
with members as not materialized (
    select
        members.profile,
        groups.scheme,
        groups.sector,
        members.site_id,
        hash(members.profile, groups.scheme, groups.sector, members.site_id) as point
    from spatial.group_members as members
    inner join spatial.groups as groups
        on groups.month = members.month and groups.profile = members.profile and groups.group_id = members.group_id
    where members.month = $month
)

select profile, scheme, sector, site_id, 1 as expected, count(*) as actual
from members
where point in (select point from members group by point having count(*) > 1)
group by profile, scheme, sector, site_id
having count(*) > 1
