select changes.*, rankings.name
from innovation_index.rank_changes as changes
inner join innovation_index.rankings as rankings
    on
        rankings.month = changes.month and rankings.category = changes.category
        and rankings.cluster_id = changes.cluster_id
where changes.month = $month and rankings.rank <= $ranking_size
order by changes.category, changes.rank
