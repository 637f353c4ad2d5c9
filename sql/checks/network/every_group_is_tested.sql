-- table: network.collaboration_tests
-- severity: blocking
-- Every group of a profile, spatial or network, is tested once, and no other.
with every_group as (
    select group_id
    from network.group_members
    where month = $month and profile = $profile
    union
    select group_id
    from spatial.group_members
    where month = $month and profile = $profile
),

tested as (
    select group_id
    from network.collaboration_tests
    where month = $month and profile = $profile
)

select
    coalesce(every_group.group_id, tested.group_id) as group_id,
    every_group.group_id is not null as expected,
    tested.group_id is not null as actual
from every_group
full join tested on tested.group_id = every_group.group_id
where every_group.group_id is null or tested.group_id is null
order by group_id
