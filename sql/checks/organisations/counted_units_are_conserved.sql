-- table: organisations.counted_units
-- severity: blocking
-- Every unit of the areas in use stands on a postcode, once: by area, industry and size band, exactly.
with counted as (
    select counts.area_code, counts.sic2007, counts.size_band, counts.units
    from used.business_counts as counts
    join organisations.counted_areas as areas on areas.month = $month and areas.area_code = counts.area_code
    where counts.month = $month and areas.is_used
),

placed as (
    select area_code, sic2007, size_band, count(*) as units
    from organisations.counted_units
    where month = $month
    group by area_code, sic2007, size_band
)

select
    coalesce(counted.area_code, placed.area_code) as area_code, coalesce(counted.sic2007, placed.sic2007) as sic2007,
    coalesce(counted.size_band, placed.size_band) as size_band,
    coalesce(counted.units, 0) as expected, coalesce(placed.units, 0) as actual
from counted
full join placed
    on
        placed.area_code = counted.area_code and placed.sic2007 = counted.sic2007
        and placed.size_band = counted.size_band
where coalesce(counted.units, 0) <> coalesce(placed.units, 0)
order by area_code, sic2007, size_band
