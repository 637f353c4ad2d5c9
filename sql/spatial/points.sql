with located as (
    select
        sites.site_id,
        sites.organisation_id,
        coalesce(sites.postcode, sites.site_id) as place,
        sites.grid,
        sites.easting,
        sites.northing,
        organisations.is_firm,
        coalesce(rdi_activity.is_rdi_active, false) as is_rdi_active
    from organisations.sites as sites
    inner join organisations.organisations as organisations
        on organisations.month = sites.month and organisations.organisation_id = sites.organisation_id
    left join organisations.rdi_activity as rdi_activity
        on rdi_activity.month = sites.month and rdi_activity.organisation_id = sites.organisation_id
    where sites.month = $month
        and not sites.is_excluded
        and sites.geocode_quality <> 'unlocated'
),

in_sectors as (
    select site_sectors.scheme, site_sectors.sector, located.*
    from located
    inner join organisations.site_sectors as site_sectors
        on site_sectors.month = $month and site_sectors.site_id = located.site_id
    union all
    select 'rdi' as scheme, 'All RD&I-active' as sector, located.* from located where located.is_rdi_active
    union all
    select 'all' as scheme, 'All sites' as sector, located.* from located
)

select
    scheme,
    sector,
    organisation_id,
    min(site_id) as site_id,
    arg_min(grid, site_id) as grid,
    arg_min(easting, site_id) as easting,
    arg_min(northing, site_id) as northing,
    any_value(is_firm) as is_firm,
    any_value(is_rdi_active) as is_rdi_active
from in_sectors
group by scheme, sector, organisation_id, place
order by scheme, sector, site_id
