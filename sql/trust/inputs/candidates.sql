select * exclude (month, profile, profile_fingerprint)
from typology.candidates
where month = $month and profile = $profile
order by group_id
