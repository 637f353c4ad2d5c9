-- An area's code is looked for in every column of codes that the directory has; ITL and NUTS codes of all three levels
-- are beginnings of the ITL3 code.
with areas as (
    select
        area_code, any_value(area_name) as area_name, sum(units)::bigint as units,
        if(regexp_full_match(area_code, 'UK[A-Z][0-9A-Z]{0,2}'), 'TL' || substr(area_code, 3), area_code) as code
    from used.business_counts
    where month = $month
    group by area_code
),

live as (
    select postcode, msoa_code, local_authority_code, itl3_code, region_code, country_code
    from used.postcodes
    where month = $month and not is_terminated and easting is not null
),

-- The finest level first: what is counted in it is not counted again in an area around it.
codes as (
    select postcode, 1 as depth, 'msoa' as area_level, msoa_code as code from live
    union all
    select postcode, 2, 'local_authority', local_authority_code from live
    union all
    select postcode, 3, 'itl3', itl3_code from live
    union all
    select postcode, 4, 'itl2', left(itl3_code, 4) from live
    union all
    select postcode, 5, 'itl1', left(itl3_code, 3) from live
    union all
    select postcode, 6, 'region', region_code from live
    union all
    select postcode, 7, 'country', country_code from live
),

within as (
    select codes.postcode, codes.depth, codes.area_level, areas.area_code
    from codes
    join areas on areas.code = codes.code
),

finest as (
    select postcode, min(depth) as depth
    from within
    group by postcode
),

found as (
    select
        within.area_code, any_value(within.area_level) as area_level, count(*) as live_postcodes,
        bool_or(within.depth > finest.depth) as is_around_others
    from within
    join finest on finest.postcode = within.postcode
    group by within.area_code
)

select
    areas.area_code, areas.code, areas.area_name, found.area_level, areas.units,
    coalesce(found.live_postcodes, 0) as live_postcodes,
    coalesce(found.is_around_others, false) as is_around_others,
    $use_business_counts and found.area_level is not null and not found.is_around_others
    and not exists (from sources.drops where month = $month and dataset = 'idbr_local_units') as is_used
from areas
left join found on found.area_code = areas.area_code
order by areas.area_code
