-- Of every site what it was when it last changed: a month has rows of the sites that are not as in the latest earlier
-- month, and what is true of any month follows from those up to it.
with before as (
    select * exclude (month)
    from typology.site_states
    where month < $month
    qualify row_number() over (partition by site_id order by month desc) = 1
),

sectors as (
    select site_id, string_agg(scheme || '/' || sector, chr(10) order by scheme, sector) as sectors
    from organisations.site_sectors
    where month = $month
    group by site_id
),

now as (
    select
        sites.site_id, sites.organisation_id, coalesce(sectors.sectors, '') as sectors,
        coalesce(activity.is_rdi_active, false) as is_rdi_active, sites.postcode,
        round(sites.easting)::integer as easting, round(sites.northing)::integer as northing, sites.in_register
    from organisations.sites as sites
    left join sectors on sectors.site_id = sites.site_id
    left join organisations.rdi_activity as activity
        on activity.month = $month and activity.organisation_id = sites.organisation_id
    where sites.month = $month and not sites.is_excluded
)

select now.*, false as is_gone
from now
left join before on before.site_id = now.site_id and not before.is_gone
where
    before.site_id is null
    or before.organisation_id <> now.organisation_id
    or before.sectors <> now.sectors
    or before.is_rdi_active <> now.is_rdi_active
    or before.postcode is distinct from now.postcode
    or before.easting is distinct from now.easting
    or before.northing is distinct from now.northing
    or before.in_register <> now.in_register
union all
select before.* exclude (is_gone), true as is_gone
from before
anti join now on now.site_id = before.site_id
where not before.is_gone
