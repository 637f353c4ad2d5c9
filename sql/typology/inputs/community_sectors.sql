-- Sectors of the organisations in communities.
select distinct m.organisation_id, s.scheme, s.sector
from network.group_members as m
inner join organisations.site_sectors as s on s.month = m.month and s.organisation_id = m.organisation_id
where m.month = $month and m.profile = $profile
order by m.organisation_id, s.scheme, s.sector
