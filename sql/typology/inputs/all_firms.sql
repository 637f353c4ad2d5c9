select count(*) as firms, count(*) filter (where r.is_rdi_active) as rdi_active_firms
from organisations.organisations as o
left join organisations.rdi_activity as r on r.month = o.month and r.organisation_id = o.organisation_id
where o.month = $month and o.is_firm
