-- table: sources.readiness
-- severity: warning
-- No dataset is older than the profile allows, and each that comes monthly has a drop of the month (ages in months).
select
    readiness.dataset, readiness.as_of, readiness.how_often,
    case
        when readiness.state = 'due' then 0
        else readiness.greatest_age_months
    end as expected,
    readiness.age_months as actual
from sources.readiness as readiness
where
    readiness.month = $month
    and (
        readiness.state in ('missing', 'too old')
        or (readiness.state = 'due' and readiness.how_often = 'monthly')
    )
order by readiness.dataset
