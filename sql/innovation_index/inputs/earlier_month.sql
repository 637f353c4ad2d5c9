-- The latest earlier month in the warehouse, and whether it had the drop of centres that this month has.
select
    earlier.month,
    coalesce(then_used.as_of = now_used.as_of, false) as is_same_drop
from (select max(month) as month from innovation_index.runs where month < $month) as earlier
left join sources.drops as then_used on then_used.month = earlier.month and then_used.dataset = 'index_centres'
left join sources.drops as now_used on now_used.month = $month and now_used.dataset = 'index_centres'
