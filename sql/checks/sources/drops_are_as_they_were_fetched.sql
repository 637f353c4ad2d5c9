-- table: sources.fetched_files
-- severity: warning
-- No file of a fetched drop was changed, added or taken away since.
select distinct
    files.dataset, files.as_of, 'the drop as it was fetched' as expected, 'other files or other bytes' as actual
from sources.fetched_files as files
where files.month = $month and not files.is_as_fetched
order by files.dataset
