-- Each unit of the counts on a live postcode of its area. No random draw: whole shares, ties by postcode.
with areas as (
    select area_code, code, area_level
    from organisations.counted_areas
    where month = $month and is_used
),

cells as (
    select
        counts.area_code, counts.sic2007, counts.size_band, counts.employees_from, counts.units,
        -- The middle of the band; the largest has no upper end.
        if(
            counts.employees_to is null and counts.employees_from is not null, $largest_band_employees,
            (counts.employees_from + counts.employees_to) // 2
        )::bigint as employees
    from used.business_counts as counts
    join areas on areas.area_code = counts.area_code
    where counts.month = $month
),

units as (
    select
        *,
        'BC-' || area_code || '-' || sic2007 || '-' || coalesce(employees_from::varchar, 'T') || '-' || ordinal
            as unit_id,
        row_number() over (
            partition by area_code, sic2007 order by employees_from nulls first, ordinal
        ) as position
    from (select * exclude (units), unnest(generate_series(1, units)) as ordinal from cells) as each_unit
),

live as (
    select postcode, msoa_code, local_authority_code, itl3_code, region_code, country_code
    from used.postcodes
    where month = $month and not is_terminated and easting is not null
),

within as (
    select areas.area_code, live.postcode
    from areas
    join live
        on
            areas.code = case areas.area_level
                when 'msoa' then live.msoa_code
                when 'local_authority' then live.local_authority_code
                when 'itl3' then live.itl3_code
                when 'itl2' then left(live.itl3_code, 4)
                when 'itl1' then left(live.itl3_code, 3)
                when 'region' then live.region_code
                when 'country' then live.country_code
            end
),

companies as (
    select postcode, count(*) as companies
    from used.companies_house
    where month = $month and postcode is not null
    group by postcode
),

-- Companies known to be RD&I-active are firms that the counts count: each takes the place of one unit of its area and
-- industry, so that what is known of it stands where it is.
active as (
    select matches.organisation_id, matches.record_key as company_number
    from organisations.matches as matches
    join organisations.rdi_activity as activity
        on activity.month = $month and activity.organisation_id = matches.organisation_id and activity.is_rdi_active
    where matches.month = $month and matches.dataset = 'companies_house'
),

-- Where a grant or a project says it is, else its registered office unless that is a formation agent's.
active_places as (
    select active.organisation_id, active.company_number, within.area_code, places.postcode
    from active
    join organisations.matches as matches on matches.month = $month and matches.organisation_id = active.organisation_id
    join organisations.source_places as places
        on places.month = $month and places.dataset = matches.dataset and places.record_key = matches.record_key
    join within on within.postcode = places.postcode
    left join companies on companies.postcode = places.postcode
    where places.place_kind <> 'registered' or coalesce(companies.companies, 0) <= $formation_agent_cap
    qualify
        row_number() over (
            partition by active.organisation_id order by places.place_kind = 'registered', places.postcode
        ) = 1
),

industries as (
    select area_code, sic2007, count(*) as units
    from units
    group by area_code, sic2007
),

-- Of its codes the one with the most units in the area.
claims as (
    select active_places.*, codes.sic2007
    from active_places
    join used.companies_house_sic as codes on codes.company_number = active_places.company_number
    join industries on industries.area_code = active_places.area_code and industries.sic2007 = codes.sic2007
    where codes.month = $month
    qualify
        row_number() over (
            partition by active_places.organisation_id order by industries.units desc, codes.sic2007 asc
        ) = 1
),

named as (
    select
        *,
        row_number() over (partition by area_code, sic2007 order by organisation_id) as position
    from claims
),

unknown as (
    select
        units.*,
        row_number() over (
            partition by units.area_code order by units.sic2007, units.employees_from nulls first, units.ordinal
        ) as turn
    from units
    anti join named
        on
            named.area_code = units.area_code and named.sic2007 = units.sic2007
            and named.position = units.position
),

unknown_of_areas as (
    select area_code, count(*) as units
    from unknown
    group by area_code
),

-- A formation agent's postcode is nobody's place of work, and no address counts for more than the cap.
weighed as (
    select
        within.area_code, within.postcode, unknown_of_areas.units,
        if(
            coalesce(companies.companies, 0) > $formation_agent_cap, 0,
            least(coalesce(companies.companies, 0), $counts_postcode_cap)
        )::bigint as companies
    from within
    join unknown_of_areas on unknown_of_areas.area_code = within.area_code
    left join companies on companies.postcode = within.postcode
),

weights as (
    select
        area_code, postcode, units,
        if(
            sum(companies) over (partition by area_code) >= $counts_min_companies_share * units, companies, 1
        )::bigint as weight
    from weighed
),

quotas as (
    select
        *,
        units * weight // sum(weight) over (partition by area_code) as whole,
        units * weight % sum(weight) over (partition by area_code) as remainder
    from weights
),

places as (
    select
        area_code, postcode,
        (whole + if(
            row_number() over (partition by area_code order by remainder desc, postcode asc)
            <= units - sum(whole) over (partition by area_code), 1, 0
        ))::bigint as room
    from quotas
),

-- The places of an area in an order that spreads those of each postcode evenly, and neighbours apart: the units of an
-- industry, which follow one another, come to many postcodes as they come.
slots as (
    select
        area_code, postcode,
        row_number() over (
            partition by area_code
            order by (place - 1 + md5_number_lower(postcode)::double / 18446744073709551616.0) / room, postcode
        ) as turn
    from (
        select *, unnest(generate_series(1, room)) as place from places where room > 0
    ) as each_place
)

select
    unknown.unit_id, unknown.area_code, unknown.sic2007, unknown.size_band,
    'UNIT-' || substr(unknown.unit_id, 4) as organisation_id, false as is_named, slots.postcode, unknown.employees
from unknown
join slots on slots.area_code = unknown.area_code and slots.turn = unknown.turn
union all
select
    units.unit_id, units.area_code, units.sic2007, units.size_band, named.organisation_id, true, named.postcode,
    units.employees
from units
join named
    on
        named.area_code = units.area_code and named.sic2007 = units.sic2007 and named.position = units.position
