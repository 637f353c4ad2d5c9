select points.item_id, points.category, 1.0 as probability
from sources.activity_points as points
inner join innovation_index.items as items on items.month = $month and items.item_id = points.item_id
where points.as_of = $as_of
order by points.item_id, points.category
