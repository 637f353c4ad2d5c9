select
    event, strftime(month, '%Y-%m') as month, cluster_id as cluster, coalesce(name, earlier_name) as name,
    coalesce(sector, earlier_sector) as sector,
    case when earlier_cluster_id <> cluster_id then earlier_cluster_id end as earlier_cluster,
    case when event = 'rename' then earlier_name when event = 'type_change' then earlier_type end as before,
    case when event = 'rename' then name when event = 'type_change' then cluster_type end as after,
    firms_before, firms, firms_gained, firms_lost, cause, cause_detail as why
from typology.cluster_history
where profile = $profile and month in (select unnest($months))
order by
    list_position(['birth', 'death', 'merge', 'split', 'type_change', 'rename', 'continuation'], event) asc,
    month asc, greatest(coalesce(firms, 0), coalesce(firms_before, 0)) desc, cluster_id asc, earlier_cluster_id asc
