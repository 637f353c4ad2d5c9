select application_id, organisation_id
from network.participations
where month = $month
