-- table: sources.readiness
-- severity: blocking
-- Each dataset that the profile makes no month without is there, and not older than the profile allows.
select readiness.dataset, readiness.as_of, readiness.greatest_age_months as expected, readiness.age_months as actual
from sources.readiness as readiness
where
    readiness.month = $month
    and readiness.needed_to = 'make'
    and readiness.state in ('missing', 'too old')
order by readiness.dataset
