-- Every figure of the groups of a cluster, or of one by itself.
select group_id, criterion, figure_name, figure, threshold, margin, is_met, is_criterion_met, is_near, type_if_flipped
from trust.criteria
where month = $month and profile = $profile and (group_id = $wanted or cluster_id = $wanted)
order by
    group_id not like 'spatial%', group_id,
    list_position(['min_firms', 'rdi_active', 'colocated', 'specialised', 'internally_collaborative'], criterion),
    figure_name like '%value', figure_name not like '%share', figure_name
