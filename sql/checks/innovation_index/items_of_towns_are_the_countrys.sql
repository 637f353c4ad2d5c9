-- table: innovation_index.place_specialisation
-- severity: blocking
-- The towns together have no more items of a category, and no more items at all, than the country has.
with of_country as (
    select category, count(*) as items from innovation_index.item_categories where month = $month group by category
    union all
    select 'all' as category, count(*) as items from innovation_index.items where month = $month
),

of_towns as (
    select category, sum(items)::bigint as items
    from innovation_index.place_specialisation
    where month = $month
    group by category
    union all
    select 'all' as category, sum(located_items)::bigint as items
    from (
        select distinct place, region, located_items from innovation_index.place_specialisation where month = $month
    ) as towns
)

select of_towns.category, coalesce(of_country.items, 0) as expected, of_towns.items as actual
from of_towns
left join of_country on of_country.category = of_towns.category
where of_towns.items > coalesce(of_country.items, 0)
order by of_towns.category
