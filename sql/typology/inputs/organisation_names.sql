select o.organisation_id, o.name
from organisations.organisations as o
where
    o.month = $month
    and o.organisation_id in (select organisation_id from network.participations where month = $month)
order by o.organisation_id
