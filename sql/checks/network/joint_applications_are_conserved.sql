-- table: network.edges
-- severity: blocking
-- Each application of n partners gives n (n - 1) / 2 joint applications and a weight of n / 2; a project of CORDIS, k of
-- whose n partners are in the graph, k (k - 1) / 2 of the weight 1 / (n - 1) each.
with applications as (
    select
        application_id,
        count(*) as organisations,
        if(application_id like 'CORDIS-%', any_value(partners), count(*)) as partners
    from network.participations
    where month = $month
    group by application_id
),

of_applications as (
    select
        coalesce(sum(organisations * (organisations - 1)), 0) / 2 as joint_projects,
        coalesce(sum(organisations * (organisations - 1) / (2 * (partners - 1))), 0) as weight
    from applications
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
