-- table: publication.clusters
-- severity: blocking
-- Each dataset that the profile publishes no month without is there, and not older than the profile allows (months).
select readiness.dataset, readiness.as_of, readiness.greatest_age_months as expected, readiness.age_months as actual
from sources.readiness as readiness
where
    readiness.month = $month
    and readiness.needed_to = 'publish'
    and readiness.state in ('missing', 'too old')
order by readiness.dataset
