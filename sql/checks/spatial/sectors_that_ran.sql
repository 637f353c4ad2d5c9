-- table: spatial.runs
-- severity: warning
-- Every sector of a grid has points enough to be run.
select profile, scheme, sector, grid, skipped_reason as actual, 'a run' as expected
from spatial.runs
where month = $month and skipped_reason is not null
