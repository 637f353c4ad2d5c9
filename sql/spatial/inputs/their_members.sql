select groups.scheme, groups.sector, groups.grid, members.group_id, members.organisation_id, members.site_id
from spatial.group_members as members
inner join spatial.groups as groups
    on groups.month = $from_month and groups.profile = $from_profile and groups.group_id = members.group_id
where
    members.month = $from_month and members.profile = $from_profile
    and groups.scheme || '/' || groups.sector || '/' || groups.grid in (select unnest($sectors))
order by members.group_id, members.site_id
