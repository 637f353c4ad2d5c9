-- Members that took part in any application, and every group once more with none, for most have none.
with members as (
    select group_id, organisation_id
    from network.group_members
    where month = $month and profile = $profile
    union all
    select group_id, organisation_id
    from spatial.group_members
    where month = $month and profile = $profile
)

select distinct group_id, organisation_id
from members
where organisation_id in (select organisation_id from network.participations where month = $month)
union all
select distinct group_id, null as organisation_id
from members
