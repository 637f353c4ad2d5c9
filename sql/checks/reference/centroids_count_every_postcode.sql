-- table: reference.postcode_areas
-- severity: blocking
-- The sectors, and the districts, together have as many postcodes as the directory has with coordinates.
select areas.area_kind, located.postcodes as expected, areas.postcodes as actual
from (
    select area_kind, sum(postcodes) as postcodes
    from reference.postcode_areas
    where as_of = (select as_of from sources.drops where month = $month and dataset = 'postcodes')
    group by area_kind
) as areas
cross join (
    select count(easting) as postcodes
    from reference.postcodes
    where as_of = (select as_of from sources.drops where month = $month and dataset = 'postcodes')
) as located
where areas.postcodes <> located.postcodes
order by areas.area_kind
