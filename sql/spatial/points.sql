with located as (
    select
        sites.site_id,
        sites.organisation_id,
        sites.postcode,
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
    where
        sites.month = $month
        and not sites.is_excluded
        and sites.geocode_quality <> 'unlocated'
),

sectors_of_sites as not materialized (
    select site_id, scheme, sector from organisations.site_sectors where month = $month
    union all
    select site_id, 'rdi' as scheme, 'All RD&I-active' as sector from located where is_rdi_active
    union all
    select site_id, 'all' as scheme, 'All sites' as sector from located
),

-- Few organisations have several sites at one postcode: of these the first by id is the point, in every sector.
crowded as (
    select organisation_id, postcode
    from located
    where postcode is not null
    group by organisation_id, postcode
    having count(*) > 1
),

repeats as (
    select sectors_of_sites.scheme, sectors_of_sites.sector, located.site_id
    from located
    inner join crowded
        on crowded.organisation_id = located.organisation_id and crowded.postcode = located.postcode
    inner join sectors_of_sites on sectors_of_sites.site_id = located.site_id
    qualify row_number() over (
        partition by sectors_of_sites.scheme, sectors_of_sites.sector, located.organisation_id, located.postcode
        order by located.site_id
    ) > 1
)

select
    sectors_of_sites.scheme,
    sectors_of_sites.sector,
    located.organisation_id,
    located.site_id,
    located.grid,
    located.easting,
    located.northing,
    located.is_firm,
    located.is_rdi_active
from sectors_of_sites
inner join located on located.site_id = sectors_of_sites.site_id
anti join repeats
    on
        repeats.site_id = sectors_of_sites.site_id
        and repeats.scheme = sectors_of_sites.scheme and repeats.sector = sectors_of_sites.sector
