-- table: innovation_index.activity_points
-- severity: blocking
-- K-means leaves no item out, and no item has a cluster of a category it is not of.
with wanted as (
    select item_id, category from innovation_index.item_categories where month = $month
    union
    select item_id, 'Overall' as category from innovation_index.item_categories where month = $month
),

placed as (
    select item_id, category from innovation_index.activity_points where month = $month
)

select
    coalesce(wanted.item_id, placed.item_id) as item_id,
    coalesce(wanted.category, placed.category) as category,
    case when wanted.item_id is null then 'no cluster' else 'a cluster' end as expected,
    case when placed.item_id is null then 'no cluster' else 'a cluster' end as actual
from wanted
full join placed on placed.item_id = wanted.item_id and placed.category = wanted.category
where
    wanted.item_id is null
    or (placed.item_id is null and (
        select algorithm from innovation_index.runs where month = $month and category = wanted.category
    ) = 'kmeans')
