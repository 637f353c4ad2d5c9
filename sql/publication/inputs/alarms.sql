with profiles as (
    select dataset, as_of, column_name, kind, row_count, total, largest from sources.drop_profiles
    union all
    select dataset, as_of, column_name, 'code' as kind, row_count, null as total, null as largest
    from sources.drop_codes
)

select
    alarms.dataset, alarms.column_name, alarms.label, alarms.figure, alarms.before_as_of, alarms.before, alarms.now,
    alarms.as_of, alarms.verdict, alarms.accepted_because, now.kind,
    least(now.row_count, coalesce(earlier.row_count, now.row_count)) as row_count,
    greatest(
        if(now.total > 0, now.largest / now.total, 0),
        coalesce(if(earlier.total > 0, earlier.largest / earlier.total, 0), 0)
    ) as largest_share
from used.alarms as alarms
left join profiles as now
    on now.dataset = alarms.dataset and now.as_of = alarms.as_of and now.column_name = alarms.column_name
left join profiles as earlier
    on
        earlier.dataset = alarms.dataset and earlier.as_of = alarms.before_as_of
        and earlier.column_name = alarms.column_name
where alarms.month = $month
order by alarms.dataset, alarms.column_name, alarms.figure = 'largest value', alarms.figure
