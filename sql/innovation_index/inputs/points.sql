-- The items of a category, or of any; each once.
select items.item_id, items.kind, items.latitude, items.longitude
from innovation_index.items as items
where
    items.month = $month and items.item_id in (
        select item_id from innovation_index.item_categories
        where month = $month and (category = $category or $category = 'Overall')
    )
order by items.item_id
