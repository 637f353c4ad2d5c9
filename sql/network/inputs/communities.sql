select group_id
from network.groups
where month = $month and profile = $profile
