select
    i.latitude, i.longitude, c.category,
    count(*) filter (where i.kind = 'business') as businesses,
    count(*) filter (where i.kind = 'event') as events,
    count(*) filter (where i.kind = 'paper') as papers
from innovation_index.item_categories as c
inner join innovation_index.items as i on i.month = c.month and i.item_id = c.item_id
where c.month = $month
group by i.latitude, i.longitude, c.category
order by i.latitude, i.longitude, c.category
