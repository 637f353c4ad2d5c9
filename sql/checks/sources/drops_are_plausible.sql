-- table: sources.alarms
-- severity: warning
-- The figures of the month's drops are near those of each dataset's drop before, or a person has said why they are not.
select
    alarms.dataset, alarms.column_name, alarms.label, alarms.figure,
    alarms.before_as_of, alarms.before as expected, alarms.now as actual
from used.alarms as alarms
where alarms.month = $month and alarms.accepted_because is null
order by alarms.dataset, alarms.column_name, alarms.figure
