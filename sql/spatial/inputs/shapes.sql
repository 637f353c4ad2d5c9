select groups.group_id, groups.scheme = 'rdi' as among_active, outlines.outline_wkt
from spatial.outlines as outlines
inner join spatial.groups as groups using (month, profile, group_id)
where month = $month and profile = $profile
order by group_id
