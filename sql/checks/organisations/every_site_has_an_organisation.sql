-- table: organisations.organisations
-- severity: blocking
-- Every site belongs to an organisation of the month.
select sites.site_id, sites.organisation_id as expected, null as actual
from organisations.sites as sites
anti join organisations.organisations as organisations
    on organisations.month = sites.month and organisations.organisation_id = sites.organisation_id
where sites.month = $month
order by sites.site_id
