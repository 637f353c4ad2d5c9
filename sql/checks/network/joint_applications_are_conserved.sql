-- table: network.edges
-- severity: blocking
-- Each application of n partners gives n (n - 1) / 2 joint applications and a weight of n / 2.
with of_applications as (
    select
        coalesce(sum(partners - 1), 0) / 2 as joint_projects,
        count(*) / 2 as weight
    from network.participations
    where month = $month
),

of_edges as (
    select
        coalesce(sum(joint_projects), 0) as joint_projects,
        coalesce(sum(weight), 0) as weight
    from network.edges
    where month = $month
)

select
    { 'joint_projects': of_applications.joint_projects, 'weight': of_applications.weight } as expected,
    { 'joint_projects': of_edges.joint_projects, 'weight': of_edges.weight } as actual
from of_applications
cross join of_edges
where
    of_applications.joint_projects <> of_edges.joint_projects
    or abs(of_applications.weight - of_edges.weight) > 1e-9 * of_applications.weight
