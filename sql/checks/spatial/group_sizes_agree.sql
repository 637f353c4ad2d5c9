-- table: spatial.groups
-- severity: blocking
-- The points and distinct firms on a group are those of its members.
with counted as (
    select
        members.profile,
        members.group_id,
        count(*) as points,
        count(distinct case when organisations.is_firm then members.organisation_id end) as firms
    from spatial.group_members as members
    inner join organisations.organisations as organisations
        on organisations.month = members.month and organisations.organisation_id = members.organisation_id
    where members.month = $month
    group by members.profile, members.group_id
)

select
    groups.profile,
    groups.group_id,
    counted.points || ' points, ' || counted.firms || ' firms' as expected,
    groups.points || ' points, ' || groups.firms || ' firms' as actual
from spatial.groups as groups
left join counted on counted.profile = groups.profile and counted.group_id = groups.group_id
where
    groups.month = $month
    and (counted.points is distinct from groups.points or counted.firms is distinct from groups.firms)
