select
    event, coalesce(cause, 'none') as cause, count(*) as clusters,
    sum(coalesce(firms_gained, 0))::bigint as firms_gained, sum(coalesce(firms_lost, 0))::bigint as firms_lost,
    arg_max(cluster_id, (coalesce(firms, firms_before, 0), cluster_id)) as largest_cluster_id,
    arg_max(coalesce(name, earlier_name), (coalesce(firms, firms_before, 0), cluster_id)) as largest_name,
    max(coalesce(firms, firms_before, 0)) as largest_firms
from typology.cluster_history
where month = $month and profile = $profile
group by event, coalesce(cause, 'none')
order by event, cause
