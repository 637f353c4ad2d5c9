-- table: innovation_index.clusters
-- severity: blocking
-- Every town that a cluster is named after lies in its hull; one alone may also be within half a kilometre of the centre.
with named as (
    select category, cluster_id, name, latitude, longitude, hull_wkt, unnest(string_split(name, ', ')) as town
    from innovation_index.clusters
    where month = $month
),

towns as (
    select named.*, places.latitude as north, places.longitude as east
    from named
    inner join used.places as places on places.name = named.town
    where
        places.month = $month
        and (named.name = named.town or places.is_primary_urban_area)
),

vertices as (
    select
        category,
        cluster_id,
        unnest(string_split(regexp_extract(hull_wkt, '^POLYGON \(\((.*)\)\)$', 1), ', ')) as vertex,
        generate_subscripts(string_split(regexp_extract(hull_wkt, '^POLYGON \(\((.*)\)\)$', 1), ', '), 1) as number
    from innovation_index.clusters
    where month = $month and hull_wkt like 'POLYGON%'
),

corners as (
    select
        category,
        cluster_id,
        number,
        split_part(vertex, ' ', 1)::double as east,
        split_part(vertex, ' ', 2)::double as north
    from vertices
),

edges as (
    select
        here.category,
        here.cluster_id,
        here.east,
        here.north,
        there.east - here.east as to_east,
        there.north - here.north as to_north
    from corners as here
    inner join corners as there
        on there.category = here.category and there.cluster_id = here.cluster_id and there.number = here.number + 1
),

sides as (
    -- A convex hull holds a point that lies on one side of all its edges: the cross products have one sign.
    select
        towns.category,
        towns.cluster_id,
        towns.town,
        towns.east,
        towns.north,
        min(edges.to_east * (towns.north - edges.north) - edges.to_north * (towns.east - edges.east)) as least,
        max(edges.to_east * (towns.north - edges.north) - edges.to_north * (towns.east - edges.east)) as most
    from towns
    inner join edges on edges.category = towns.category and edges.cluster_id = towns.cluster_id
    group by towns.category, towns.cluster_id, towns.town, towns.east, towns.north
),

inside as (
    select category, cluster_id, town from sides where least >= -1e-9 or most <= 1e-9
)

select
    towns.category,
    towns.cluster_id,
    towns.name,
    towns.town || ' in the hull' as expected,
    towns.town || ' at ' || towns.north || ', ' || towns.east as actual
from towns
left join inside
    on inside.category = towns.category and inside.cluster_id = towns.cluster_id and inside.town = towns.town
where
    inside.town is null
    and not (
        towns.name = towns.town
        and 111.2 * sqrt(
            pow(towns.north - towns.latitude, 2)
            + pow((towns.east - towns.longitude) * cos(radians(towns.latitude)), 2)
        ) <= 0.51
    )
    -- Two towns of one name: it is enough that one of them is there.
    and not exists (
        select 1 from towns as other
        inner join inside as there
            on there.category = other.category and there.cluster_id = other.cluster_id and there.town = other.town
        where other.category = towns.category and other.cluster_id = towns.cluster_id and other.town = towns.town
    )
