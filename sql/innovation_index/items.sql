with datasets as (
    select dataset
    from sources.drops
    where month = $month
),

given as (
    select distinct
        item_id, kind, item_id as source_key, null as institution_key, null as postcode, latitude, longitude
    from used.activity_points
    where month = $month
),

-- One place a firm: where most work, of its places of business; else its registered office.
firms as (
    select company_number, postcode, kind
    from used.rtic_locations
    where
        month = $month
        and not exists (select 1 from datasets where dataset = 'businesses')
    qualify row_number() over (
        partition by company_number order by kind = 'registered', employees desc nulls last, postcode asc
    ) = 1
),

agents as (
    select postcode
    from (
        select company_number, postcode
        from used.rtic_locations
        where month = $month
        group by company_number, postcode
        having bool_and(kind = 'registered')
    ) as only_registered
    group by postcode
    having count(*) > $formation_agent_cap
),

found as (
    select 'business' as kind, company_number as source_key, postcode, latitude, longitude
    from used.businesses
    where month = $month
    union all
    select 'business', company_number, postcode, null, null
    from firms
    where not (kind = 'registered' and postcode in (select postcode from agents))
    union all
    -- Of an event only the year is kept: every year that reaches into the window counts whole.
    select 'event', event_key, postcode, latitude, longitude
    from used.events
    where
        month = $month
        and event_year between
        year($month_end::date - to_years($event_window_years) + interval 1 day) and year($month_end::date)
),

directory as (
    select postcode, latitude, longitude
    from used.postcodes
    where month = $month and latitude is not null
),

areas as (
    select area, area_kind, latitude, longitude
    from used.postcode_areas
    where month = $month
),

-- Coordinates as given; else the unit postcode, its sector or its district, the first that the directory places.
placed as (
    select
        found.kind, found.source_key, if(found.latitude is null, found.postcode, null) as postcode,
        coalesce(found.latitude, directory.latitude, sector.latitude, district.latitude) as latitude,
        coalesce(found.longitude, directory.longitude, sector.longitude, district.longitude) as longitude,
        case
            when found.latitude is not null then 'given'
            when directory.postcode is not null then 'postcode'
            when sector.area is not null then 'sector'
            else 'district'
        end as geocode_quality
    from found
    left join directory on directory.postcode = if(found.latitude is null, found.postcode, null)
    left join areas as sector
        on
            sector.area_kind = 'sector'
            and sector.area = if(
                found.latitude is null and directory.postcode is null,
                left(found.postcode, length(found.postcode) - 2), null
            )
    left join areas as district
        on
            district.area_kind = 'district'
            and district.area = if(
                found.latitude is null and directory.postcode is null, split_part(found.postcode, ' ', 1), null
            )
),

-- By the publications' own place; where they give none, by that of the registry.
institutions as (
    select institution_key, latitude, longitude
    from used.institutions
    where month = $month and latitude is not null and longitude is not null
    union all
    select named.institution_key, registry.latitude, registry.longitude
    from used.institutions as named
    inner join used.ror as registry on registry.ror = named.ror
    where
        named.month = $month and registry.month = $month
        and (named.latitude is null or named.longitude is null)
),

papers as (
    select publications.publication_id, publications.institution_key, institutions.latitude, institutions.longitude
    from used.publication_institutions as publications
    inner join institutions
        on institutions.institution_key = publications.institution_key
    where
        publications.month = $month
        and publications.publication_date > $month_end::date - to_years($paper_window_years)
        and publications.publication_date <= $month_end::date
        and institutions.latitude between 49 and 61.5
        and institutions.longitude between -9 and 2.5
),

own as (
    select
        kind || ':' || source_key as item_id, kind, source_key, null as institution_key, postcode, latitude, longitude,
        geocode_quality
    from placed
    where latitude is not null
    union all
    select
        'paper:' || publication_id || '@' || institution_key, 'paper', publication_id, institution_key, null, latitude,
        longitude, 'institution'
    from papers
)

select *, 'given' as geocode_quality from given
union all
select * from own where not exists (select 1 from datasets where dataset = 'activity_points')
order by item_id
