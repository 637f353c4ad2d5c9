with units as (
    select places.luref, matches.organisation_id, places.postcode, places.employees
    from organisations.source_places as places
    join organisations.matches as matches
        on matches.dataset = places.dataset and matches.record_key = places.record_key
    where places.month = $month and matches.month = $month and places.place_kind = 'local_unit'
),

-- Every other place that a source knows an organisation at.
elsewhere as (
    select
        matches.organisation_id, places.postcode,
        bool_or(places.dataset = 'companies_house') as in_register,
        bool_or(places.dataset = 'rtic_companies') as in_rtic,
        bool_and(places.place_kind = 'registered') as is_registered_only,
        max(places.employees) as employees
    from organisations.source_places as places
    join organisations.matches as matches
        on matches.dataset = places.dataset and matches.record_key = places.record_key
    where
        places.month = $month and matches.month = $month
        and places.place_kind <> 'local_unit' and places.postcode is not null
    group by matches.organisation_id, places.postcode
),

found as (
    select
        'LU-' || units.luref as site_id, units.organisation_id, units.postcode, units.employees,
        true as in_register, coalesce(elsewhere.in_rtic, false) as in_rtic, false as is_registered_only
    from units
    left join elsewhere
        on elsewhere.organisation_id = units.organisation_id and elsewhere.postcode = units.postcode
    union all
    select
        elsewhere.organisation_id || '@' || elsewhere.postcode, elsewhere.organisation_id, elsewhere.postcode,
        elsewhere.employees, elsewhere.in_register, elsewhere.in_rtic, elsewhere.is_registered_only
    from elsewhere
    anti join units
        on units.organisation_id = elsewhere.organisation_id and units.postcode = elsewhere.postcode
),

-- A company that Companies House alone names is one of the firms that the counts count, where they are in use.
uncounted as (
    select *
    from found
    where
        not exists (from organisations.counted_units where month = $month)
        or organisation_id in (
            select organisation_id from organisations.matches where month = $month and dataset <> 'companies_house'
        )
    union all
    select unit_id, organisation_id, postcode, employees, true, false, false
    from organisations.counted_units
    where month = $month and not is_named
),

agents as (
    select postcode
    from found
    where is_registered_only
    group by postcode
    having count(*) > $formation_agent_cap
),

directory as not materialized (
    select postcode, easting, northing, grid, latitude, longitude, is_terminated, local_authority_code, region_code
    from used.postcodes
    where
        month = $month
        and easting is not null
),

areas as (
    select area, area_kind, easting, northing, grid, latitude, longitude
    from used.postcode_areas
    where month = $month
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
    from uncounted as found
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
    where points.month = $month and matches.month = $month
),

of_institutions as (
    select found.organisation_id, found.postcode
    from found
    where
        found.organisation_id in (select organisation_id from institutions)
        and not (found.is_registered_only and found.postcode in (select postcode from agents))
),

placed as (
    select organisation_id
    from of_institutions
    where
        postcode in (select postcode from directory)
        or left(postcode, length(postcode) - 2) in (select area from areas where area_kind = 'sector')
        or split_part(postcode, ' ', 1) in (select area from areas where area_kind = 'district')
)

select * from geocoded
union all
select
    site_id, organisation_id, null, easting, northing, grid, latitude, longitude, 'coordinates', null, null, null,
    false, false, false, false
from institutions
where organisation_id not in (select organisation_id from placed)
qualify row_number() over (partition by site_id order by institution_key) = 1
