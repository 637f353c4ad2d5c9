-- The firms that an event is made of: those in the cluster of one month and not of the other. Of a birth all that it
-- has, of a death and a merge all that it had.
with happened as (
    select cluster_id, event, coalesce(earlier_cluster_id, cluster_id) as earlier_cluster_id
    from typology.cluster_events
    where month = $month and profile = $profile and event in ('birth', 'death', 'merge', 'continuation')
),

now as (
    select cluster_id, organisation_id, site_id
    from typology.cluster_members
    where month = $month and profile = $profile and is_firm
),

earlier as (
    select cluster_id, organisation_id, site_id
    from typology.cluster_members
    where month = $earlier_month and profile = $profile and is_firm
),

gained as (
    select happened.cluster_id, happened.event, happened.earlier_cluster_id, now.organisation_id, now.site_id
    from happened
    inner join now on now.cluster_id = happened.cluster_id
    anti join earlier
        on earlier.organisation_id = now.organisation_id and earlier.cluster_id = happened.earlier_cluster_id
    anti join earlier as own
        on own.organisation_id = now.organisation_id and own.cluster_id = happened.cluster_id
    where happened.event <> 'death'
),

lost as (
    select happened.cluster_id, happened.event, happened.earlier_cluster_id, earlier.organisation_id, earlier.site_id
    from happened
    inner join earlier on earlier.cluster_id = happened.earlier_cluster_id
    anti join now
        on
            now.organisation_id = earlier.organisation_id and now.cluster_id = happened.cluster_id
            and happened.event = 'continuation'
    where happened.event <> 'birth'
)

select *, 'gained' as side
from gained
union all
select *, 'lost' as side
from lost
order by cluster_id, event, earlier_cluster_id, side, organisation_id, site_id
