with places as (
    select
        matches.organisation_id, places.dataset, places.place_kind, places.luref, places.postcode, places.employees
    from organisations.source_places as places
    join organisations.matches as matches
        on matches.dataset = places.dataset and matches.record_key = places.record_key
    where places.month = $month and matches.month = $month
),

evidence as (
    select
        organisation_id, postcode,
        bool_or(dataset in ('idbr_enterprises', 'companies_house')) as in_register,
        bool_or(dataset = 'rtic_companies') as in_rtic,
        bool_or(place_kind = 'local_unit') as has_local_unit,
        bool_and(place_kind = 'registered') as is_registered_only,
        max(employees) as employees
    from places
    where postcode is not null
    group by organisation_id, postcode
),

found as (
    select
        'LU-' || places.luref as site_id, places.organisation_id, places.postcode, places.employees,
        true as in_register, coalesce(evidence.in_rtic, false) as in_rtic, false as is_registered_only
    from places
    left join evidence
        on evidence.organisation_id = places.organisation_id and evidence.postcode = places.postcode
    where places.place_kind = 'local_unit'
    union all
    select
        organisation_id || '@' || postcode, organisation_id, postcode, employees,
        in_register, in_rtic, is_registered_only
    from evidence
    where not has_local_unit
),

agents as (
    select postcode
    from found
    where is_registered_only
    group by postcode
    having count(*) > $formation_agent_cap
),

directory as (
    select postcode, easting, northing, grid, latitude, longitude, is_terminated, local_authority_code, region_code
    from reference.postcodes
    where
        as_of = (select as_of from sources.drops where month = $month and dataset = 'postcodes')
        and easting is not null
),

areas as (
    select area, area_kind, easting, northing, grid, latitude, longitude
    from reference.postcode_areas
    where as_of = (select as_of from sources.drops where month = $month and dataset = 'postcodes')
),

-- The unit postcode, else its sector, else its district; the first that the directory places.
geocoded as (
    select
        found.site_id, found.organisation_id, found.postcode,
        coalesce(directory.easting, sector.easting, district.easting)::double as easting,
        coalesce(directory.northing, sector.northing, district.northing)::double as northing,
        coalesce(directory.grid, sector.grid, district.grid) as grid,
        coalesce(directory.latitude, sector.latitude, district.latitude) as latitude,
        coalesce(directory.longitude, sector.longitude, district.longitude) as longitude,
        case
            when directory.postcode is not null
                then if(directory.is_terminated, 'terminated_postcode', 'postcode')
            when sector.area is not null then 'sector'
            when district.area is not null then 'district'
            else 'unlocated'
        end as geocode_quality,
        directory.local_authority_code, directory.region_code, found.employees, found.in_register, found.in_rtic,
        found.is_registered_only,
        found.is_registered_only and agents.postcode is not null as is_excluded
    from found
    left join directory on directory.postcode = found.postcode
    left join areas as sector
        on
            sector.area_kind = 'sector'
            and sector.area = if(directory.postcode is null, left(found.postcode, length(found.postcode) - 2), null)
    left join areas as district
        on
            district.area_kind = 'district'
            and district.area = if(directory.postcode is null, split_part(found.postcode, ' ', 1), null)
    left join agents on agents.postcode = found.postcode
),

-- Institutions of publications have coordinates: the last resort of an organisation that nothing else places.
institutions as (
    select
        matches.organisation_id || '@' || format('{:.5f},{:.5f}', points.latitude, points.longitude) as site_id,
        matches.organisation_id, points.institution_key, points.easting, points.northing, points.grid,
        points.latitude, points.longitude
    from organisations.institution_points as points
    join organisations.matches as matches
        on matches.dataset = 'publications' and matches.record_key = points.institution_key
    where
        points.month = $month and matches.month = $month
        and matches.organisation_id not in (
            select organisation_id from geocoded where easting is not null and not is_excluded
        )
)

select * from geocoded
union all
select
    site_id, organisation_id, null, easting, northing, grid, latitude, longitude, 'coordinates', null, null, null,
    false, false, false, false
from institutions
qualify row_number() over (partition by site_id order by institution_key) = 1
order by site_id
