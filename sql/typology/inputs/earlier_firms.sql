select distinct cluster_id, organisation_id
from typology.cluster_members
where month = $earlier_month and profile = $profile and is_firm
order by cluster_id, organisation_id
