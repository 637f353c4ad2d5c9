-- table: reference.postcode_areas
-- severity: blocking
-- The sectors, and the districts, together have as many postcodes as the directory has with coordinates.
select areas.area_kind, located.postcodes as expected, areas.postcodes as actual
from (
    select area_kind, sum(postcodes) as postcodes
    from used.postcode_areas
    where month = $month
    group by area_kind
) as areas
cross join (
    select count(easting) as postcodes
    from used.postcodes
    where month = $month
) as located
where areas.postcodes <> located.postcodes
order by areas.area_kind
