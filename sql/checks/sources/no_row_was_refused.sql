-- table: sources.rejected
-- severity: warning
-- No row of the month's drops was refused; rows that were passed over (repeats, for one) do not count.
select
    rejected.dataset, rejected.file, rejected.row_number, rejected.column_name,
    substr(rejected.reason, length('expected ') + 1) as expected, rejected.value as actual
from used.rejected as rejected
where rejected.month = $month and starts_with(rejected.reason, 'expected ')
order by rejected.dataset, rejected.file, rejected.row_number, rejected.column_name
