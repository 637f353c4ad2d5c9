with sites as (
    select site_id, organisation_id, postcode, in_rtic
    from organisations.sites
    where month = $month and not is_excluded
),

numbered as (
    select dataset, record_key, organisation_id
    from organisations.matches
    where month = $month and dataset in ('idbr_enterprises', 'companies_house', 'rtic_companies')
),

companies as (
    select numbered.organisation_id, companies.company_number, companies.postcode
    from used.companies_house as companies
    join numbered on numbered.dataset = 'companies_house' and numbered.record_key = companies.company_number
    where
        companies.month = $month
        and not exists (from organisations.counted_units where month = $month)
        and numbered.organisation_id not in (select organisation_id from numbered where dataset = 'idbr_enterprises')
),

emerging as (
    select distinct numbered.organisation_id, firms.rtic_code as code
    from used.rtic_company_sectors as firms
    join numbered on numbered.dataset = 'rtic_companies' and numbered.record_key = firms.company_number
    where firms.month = $month
)

-- A local unit or a counted one has one code, a company up to four, of which several may be of one sector.
select sites.site_id, sites.organisation_id, 'sic' as scheme, units.sic2007 as code, true as is_only
from used.idbr_local_units as units
join sites on sites.site_id = 'LU-' || units.luref
where units.month = $month
union all
select distinct sites.site_id, sites.organisation_id, 'sic', codes.sic2007, false
from used.companies_house_sic as codes
join companies on companies.company_number = codes.company_number
join sites on sites.organisation_id = companies.organisation_id and sites.postcode = companies.postcode
where codes.month = $month
union all
select sites.site_id, sites.organisation_id, 'sic', units.sic2007, true
from organisations.counted_units as units
join sites
    on
        sites.organisation_id = units.organisation_id
        and sites.site_id = if(units.is_named, units.organisation_id || '@' || units.postcode, units.unit_id)
where units.month = $month
union all
select sites.site_id, sites.organisation_id, 'rtic', emerging.code, false
from sites
join emerging on emerging.organisation_id = sites.organisation_id
where sites.in_rtic
