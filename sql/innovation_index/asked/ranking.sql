select
    r.category, strftime(r.month, '%Y-%m') as month, r.rank, r.name as cluster, r.regions, r.percentage,
    c.rank_change_month as rank_change, c.percentage_change_month as percentage_change
from innovation_index.rankings as r
left join innovation_index.rank_changes as c
    on c.month = r.month and c.category = r.category and c.cluster_id = r.cluster_id
where r.month = $month and r.category in $categories and ($top is null or r.rank <= $top)
order by list_position($categories, r.category), r.rank
