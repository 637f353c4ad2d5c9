select distinct concat(profile, ' ', cluster_id) as group_id, organisation_id
from typology.cluster_members
where month = $month
order by group_id, organisation_id
