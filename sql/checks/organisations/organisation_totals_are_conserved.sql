-- table: organisations.apportioned_sites
-- severity: blocking
-- Employees, turnover and publications over an organisation's located sites are the organisation's, exactly.
with apportioned as (
    select
        organisation_id, sum(employees) as employees, sum(turnover_gbp) as turnover_gbp,
        sum(publications) as publications, sum(publications_fractional) as publications_fractional
    from organisations.apportioned_sites
    where month = $month
    group by organisation_id
)

select
    organisations.organisation_id,
    {
        'employees': organisations.employees, 'turnover_gbp': organisations.turnover_gbp,
        'publications': coalesce(activity.publications, 0),
        'publications_fractional': coalesce(activity.publications_fractional, 0)
    }::varchar as expected,
    {
        'employees': apportioned.employees, 'turnover_gbp': apportioned.turnover_gbp,
        'publications': apportioned.publications, 'publications_fractional': apportioned.publications_fractional
    }::varchar as actual
from organisations.organisations as organisations
join apportioned on apportioned.organisation_id = organisations.organisation_id
left join organisations.rdi_activity as activity
    on activity.month = organisations.month and activity.organisation_id = organisations.organisation_id
where
    organisations.month = $month
    and (
        organisations.employees is distinct from apportioned.employees
        or organisations.turnover_gbp is distinct from apportioned.turnover_gbp
        or coalesce(activity.publications, 0) <> apportioned.publications
        or coalesce(activity.publications_fractional, 0) <> apportioned.publications_fractional
    )
order by organisations.organisation_id
