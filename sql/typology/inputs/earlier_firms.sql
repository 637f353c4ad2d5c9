select distinct m.cluster_id, m.organisation_id
from typology.cluster_members as m
inner join organisations.organisations as o
    on o.month = m.month and o.organisation_id = m.organisation_id and o.is_firm
where m.month = $earlier_month and m.profile = $profile
order by m.cluster_id, m.organisation_id
