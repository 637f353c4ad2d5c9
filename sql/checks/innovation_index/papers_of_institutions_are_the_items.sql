-- table: innovation_index.institution_influence
-- severity: blocking
-- The papers of all institutions of a category are its paper items, one at each institution.
with of_items as (
    select categories.category, count(*) as papers
    from innovation_index.item_categories as categories
    inner join innovation_index.items as items
        on items.month = categories.month and items.item_id = categories.item_id
    where categories.month = $month and items.kind = 'paper' and items.institution_key is not null
    group by categories.category
),

of_institutions as (
    select category, sum(papers)::bigint as papers
    from innovation_index.institution_influence
    where month = $month
    group by category
)

select
    coalesce(of_items.category, of_institutions.category) as category,
    coalesce(of_items.papers, 0) as expected,
    coalesce(of_institutions.papers, 0) as actual
from of_items
full outer join of_institutions on of_institutions.category = of_items.category
where of_items.papers is distinct from of_institutions.papers
order by category
