-- Every located site of these organisations, with what is apportioned to it.
select
    a.site_id, a.organisation_id, s.grid, a.easting, a.northing, a.latitude, a.longitude,
    s.region_code, s.local_authority_code,
    a.employees, a.turnover_gbp, a.iuk_funding_gbp, a.ukri_funding_gbp, a.publications, a.publications_fractional
from organisations.apportioned_sites as a
inner join organisations.sites as s on s.month = a.month and s.site_id = a.site_id
where a.month = $month and a.organisation_id in (select organisation_id from inputs.member_organisations)
order by a.site_id
