-- table: sources.publisher_changes
-- severity: warning
-- Publishers' files are as they are expected and as they were in the drop before.
select
    changes.dataset, changes.files, changes.kind, changes.what, changes.before as expected, changes.now as actual,
    changes.since, changes.is_needed
from sources.publisher_changes as changes
where changes.month = $month
order by
    changes.is_refused desc, changes.is_needed desc, changes.dataset asc, changes.files asc, changes.kind asc,
    changes.what asc
