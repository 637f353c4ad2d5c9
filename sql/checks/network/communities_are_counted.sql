-- table: network.runs
-- severity: blocking
-- Each profile has one search, and it says how many communities were kept.
select
    any_value(runs.groups) as actual,
    (select count(*) from network.groups where month = $month and profile = $profile) as expected,
    count(*) as searches
from network.runs as runs
where runs.month = $month and runs.profile = $profile
having searches <> 1 or actual <> expected
