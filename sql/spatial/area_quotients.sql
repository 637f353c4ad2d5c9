-- Of the counts as they are, before any unit is put on a postcode; areas around others would count their units twice.
with counts as (
    select counts.area_code, counts.sic2007, sum(counts.units)::bigint as units
    from used.business_counts as counts
    join organisations.counted_areas as areas
        on areas.month = $month and areas.area_code = counts.area_code and not areas.is_around_others
    where counts.month = $month
    group by counts.area_code, counts.sic2007
),

sectors as (
    select codes.sic2007, arg_max(sectors.sector, length(sectors.sic2007_prefix)) as sector
    from (select distinct sic2007, unnest([2, 3, 4, 5]) as digits from counts) as codes
    join used.sic_sectors as sectors on sectors.sic2007_prefix = left(codes.sic2007, codes.digits)
    where sectors.month = $month
    group by codes.sic2007
),

of_areas as (
    select area_code, sum(units)::bigint as area_units
    from counts
    group by area_code
),

of_sectors as (
    select sectors.sector, sum(counts.units)::bigint as national_sector_units
    from counts
    join sectors on sectors.sic2007 = counts.sic2007
    group by sectors.sector
),

everything as (
    select sum(units)::bigint as national_units
    from counts
),

found as (
    select counts.area_code, sectors.sector, sum(counts.units)::bigint as sector_units
    from counts
    join sectors on sectors.sic2007 = counts.sic2007
    group by counts.area_code, sectors.sector
)

select
    found.area_code, areas.area_name, areas.area_level, found.sector, found.sector_units, of_areas.area_units,
    of_sectors.national_sector_units, everything.national_units,
    (found.sector_units / of_areas.area_units::double)
    / (of_sectors.national_sector_units / everything.national_units::double) as location_quotient
from found
join organisations.counted_areas as areas on areas.month = $month and areas.area_code = found.area_code
join of_areas on of_areas.area_code = found.area_code
join of_sectors on of_sectors.sector = found.sector
cross join everything
order by found.area_code, found.sector
