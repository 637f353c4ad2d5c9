with banded as (
    select distinct cluster_id, if(measure = 'colocated_share', 'colocated', 'rdi_active') as criterion
    from publication.share_bands
    where
        month = $month and profile = $profile and measure in ('rdi_active_share', 'colocated_share')
),

-- Of a community that is also a group of places, the group that bears the cluster.
tested as (
    select criteria.*
    from trust.criteria as criteria
    join typology.candidates as candidates
        on
            candidates.month = criteria.month and candidates.profile = criteria.profile
            and candidates.group_id = criteria.group_id and candidates.unpublished_reason is null
    where criteria.month = $month and criteria.profile = $profile and criteria.cluster_id is not null
)

-- A margin is the figure itself to whom knows the threshold, and that it is near leaves few counts open: what has a
-- band has neither.
select
    tested.cluster_id, tested.criterion, tested.figure_name as measure, tested.threshold,
    if(banded.criterion is null, round(tested.margin, 4), null) as margin,
    tested.is_criterion_met as is_met,
    if(banded.criterion is null, tested.is_near, null) as is_near,
    if(banded.criterion is null, tested.type_if_flipped, null) as type_if_flipped
from tested
left join banded on banded.cluster_id = tested.cluster_id and banded.criterion = tested.criterion
where tested.threshold is not null
order by tested.cluster_id, tested.criterion, measure
