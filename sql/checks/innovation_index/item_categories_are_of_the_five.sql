-- table: innovation_index.item_categories
-- severity: blocking
-- An item's category is one of the five.
select item_id, 'one of the five categories' as expected, category as actual
from innovation_index.item_categories
where
    month = $month
    and category not in (
        'AI and Data', 'Advanced Manufacturing', 'Ageing Society', 'Clean Growth', 'Smart Cities and Mobility'
    )
order by item_id, category
