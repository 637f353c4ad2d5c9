-- Joint applications are counted by size first: sums of few exact terms in a fixed order, not of many in any order.
with joint_by_size as (
    select
        one.organisation_id as organisation_a,
        other.organisation_id as organisation_b,
        one.partners,
        count(*) as joint_projects
    from network.participations as one
    join network.participations as other
        on
            other.month = one.month
            and other.application_id = one.application_id
            and other.organisation_id > one.organisation_id
    where one.month = $month
    group by all
)

select
    organisation_a,
    organisation_b,
    sum(joint_projects / nullif(partners - 1, 0)::double order by partners) as weight,
    sum(joint_projects)::bigint as joint_projects
from joint_by_size
group by organisation_a, organisation_b
order by organisation_a, organisation_b
