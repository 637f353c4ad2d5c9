-- What counts the firms that came and went stays here: they can be few. A cluster that is told of was published.
select
    events.cluster_id, events.event, events.earlier_cluster_id, events.earlier_month, events.name,
    events.earlier_name, events.cluster_type, events.earlier_type, events.firms, events.firms_before,
    round(events.firms_growth_1, 4) as firms_growth_1, round(events.firms_growth_12, 4) as firms_growth_12,
    events.cause
from typology.cluster_history as events
where events.month = $month and events.profile = $profile
order by events.cluster_id, events.event, events.earlier_cluster_id
