select organisation_id
from organisations.organisations
where
    month = $month
    and is_firm
    and organisation_id in (select organisation_id from network.participations where month = $month)
