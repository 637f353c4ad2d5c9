select distinct alarms.dataset, alarms.column_name, alarms.accepted_because
from used.alarms as alarms
where alarms.month = $month and alarms.accepted_because is not null
