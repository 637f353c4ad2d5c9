-- table: spatial.group_members
-- severity: blocking
-- A point is in one group of its sector at the most.
select members.profile, groups.scheme, groups.sector, members.site_id, 1 as expected, count(*) as actual
from spatial.group_members as members
inner join spatial.groups as groups
    on groups.month = members.month and groups.profile = members.profile and groups.group_id = members.group_id
where members.month = $month
group by members.profile, groups.scheme, groups.sector, members.site_id
having count(*) > 1
