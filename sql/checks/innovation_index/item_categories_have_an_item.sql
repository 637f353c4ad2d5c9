-- table: innovation_index.item_categories
-- severity: blocking
-- Whatever has a category is an item of the month.
select categories.item_id, categories.category, 'an item' as expected, 'no item' as actual
from innovation_index.item_categories as categories
left join innovation_index.items as items
    on items.month = categories.month and items.item_id = categories.item_id
where categories.month = $month and items.item_id is null
order by categories.item_id, categories.category
