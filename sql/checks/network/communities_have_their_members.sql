-- table: network.group_members
-- severity: blocking
-- Every community has as many members as it says, and no organisation is in two communities of a profile.
with listed as (
    select group_id, count(*) as organisations
    from network.group_members
    where month = $month and profile = $profile
    group by group_id
),

counted as (
    select coalesce(g.group_id, listed.group_id) as subject, g.organisations as expected, listed.organisations as actual
    from (select group_id, organisations from network.groups where month = $month and profile = $profile) as g
    full join listed on listed.group_id = g.group_id
),

shared as (
    select organisation_id as subject, 1 as expected, count(*) as actual
    from network.group_members
    where month = $month and profile = $profile
    group by organisation_id
)

select subject, expected, actual
from counted
where expected is distinct from actual
union all
select subject, expected, actual
from shared
where actual > expected
order by subject
