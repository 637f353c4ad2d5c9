-- table: sources.rejected
-- severity: warning
-- No row of the month's drops was refused; rows that were passed over (repeats, for one) do not count.
select
    rejected.dataset, rejected.file, rejected.row_number, rejected.column_name,
    rejected.reason as expected, rejected.value as actual
from sources.rejected as rejected
inner join sources.drops as drops
    on drops.dataset = rejected.dataset and drops.as_of = rejected.as_of and drops.month = $month
where starts_with(rejected.reason, 'expected ')
order by rejected.dataset, rejected.file, rejected.row_number, rejected.column_name
