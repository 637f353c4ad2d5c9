-- table: network.collaboration_tests
-- severity: blocking
-- p-values lie above 0 and at most at 1; a group has joint pairs where it has joint projects, and only there.
select
    group_id,
    'p in (0, 1], joint pairs as joint projects' as expected,
    { 'p': collaboration_p_value, 'joint_projects': joint_projects, 'joint_pairs': joint_pairs } as actual
from network.collaboration_tests
where
    month = $month
    and (
        collaboration_p_value <= 0
        or collaboration_p_value > 1
        or (joint_projects > 0) <> (joint_pairs > 0)
        or (is_internally_collaborative and joint_projects = 0)
    )
order by group_id
