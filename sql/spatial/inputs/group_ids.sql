select group_id
from spatial.groups
where month = $month and profile = $profile
order by group_id
