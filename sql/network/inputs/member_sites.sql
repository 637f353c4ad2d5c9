select
    members.group_id,
    members.organisation_id,
    organisations.is_firm,
    sites.grid,
    sites.easting,
    sites.northing
from network.group_members as members
inner join organisations.organisations as organisations
    on organisations.month = $month and organisations.organisation_id = members.organisation_id
inner join organisations.sites as sites
    on sites.month = $month and sites.organisation_id = members.organisation_id
where
    members.month = $month
    and members.profile = $profile
    and not sites.is_excluded
    and sites.geocode_quality <> 'unlocated'
