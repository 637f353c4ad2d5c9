select
    rankings.*, changes.rank_change_month, changes.rank_change_year,
    changes.percentage_change_month, changes.percentage_change_year
from innovation_index.rankings as rankings
left join innovation_index.rank_changes as changes using (month, category, cluster_id)
where rankings.month = $month
order by rankings.category, rankings.rank
