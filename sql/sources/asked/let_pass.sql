select distinct alarms.dataset, alarms.column_name, alarms.accepted_because
from sources.alarms as alarms
inner join sources.drops as drops
    on drops.dataset = alarms.dataset and drops.as_of = alarms.as_of and drops.month = $month
where alarms.accepted_because is not null
