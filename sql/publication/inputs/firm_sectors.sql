-- Sectors of each cluster's firms at its sites there; a null sector where a site has none.
select distinct members.profile, members.cluster_id, members.organisation_id, sectors.scheme, sectors.sector
from typology.cluster_members as members
inner join organisations.organisations as firms
    on firms.month = members.month and firms.organisation_id = members.organisation_id and firms.is_firm
left join organisations.site_sectors as sectors
    on sectors.month = members.month and sectors.site_id = members.site_id
where members.month = $month
order by all
