with sites as (
    select
        site_id, organisation_id, postcode, easting, northing, latitude, longitude, geocode_quality, employees,
        row_number() over (partition by organisation_id order by site_id) as position,
        count(*) over (partition by organisation_id) as sites,
        coalesce(sum(employees) over (partition by organisation_id), 0) as all_employees,
        bool_and(employees is not null) over (partition by organisation_id) as has_all_employees
    from organisations.sites
    where month = $month and easting is not null and not is_excluded
),

weighted as (
    select
        *,
        if(has_all_employees and all_employees > 0, employees, 1)::hugeint as weight,
        if(has_all_employees and all_employees > 0, all_employees, sites)::hugeint as all_weight,
        if(has_all_employees and all_employees > 0, 'employee_weighted', 'even') as apportionment_basis
    from sites
),

-- Whole units of the last digit kept, so that shares add up: hundredths, and ten-thousandths of fractional counts.
wholes as (
    select
        weighted.*,
        organisations.employees::hugeint * 100 as employees_whole,
        (organisations.turnover_gbp * 100)::hugeint as turnover_whole,
        coalesce(activity.publications, 0)::hugeint * 100 as publications_whole,
        coalesce(activity.publications_fractional * 10000, 0)::hugeint as fractional_whole
    from weighted
    join organisations.organisations as organisations
        on organisations.organisation_id = weighted.organisation_id
    left join organisations.rdi_activity as activity
        on activity.month = organisations.month and activity.organisation_id = weighted.organisation_id
    where organisations.month = $month
),

shares as (
    select
        *,
        employees_whole * weight // all_weight as employees_share,
        turnover_whole * weight // all_weight as turnover_share,
        publications_whole // sites as publications_share,
        fractional_whole // sites as fractional_share
    from wholes
),

-- What the shares leave over is less than a unit a site: one each to the first sites by id.
leftovers as (
    select
        *,
        employees_whole - sum(employees_share) over organisation as employees_left,
        turnover_whole - sum(turnover_share) over organisation as turnover_left,
        publications_whole - sum(publications_share) over organisation as publications_left,
        fractional_whole - sum(fractional_share) over organisation as fractional_left
    from shares
    window organisation as (partition by organisation_id)
),

money as (
    select
        site_id,
        coalesce(sum(amount_gbp) filter (where funder = 'innovate_uk'), 0) as iuk_funding_gbp,
        coalesce(sum(amount_gbp) filter (where funder = 'ukri'), 0) as ukri_funding_gbp
    from organisations.site_funding
    where month = $month
    group by site_id
)

select
    leftovers.site_id, leftovers.organisation_id, leftovers.postcode, leftovers.easting, leftovers.northing,
    leftovers.latitude, leftovers.longitude, leftovers.geocode_quality,
    ((employees_share + if(position <= employees_left, 1, 0)) * 0.01)::decimal(18, 2) as employees,
    ((turnover_share + if(position <= abs(turnover_left), sign(turnover_left), 0)) * 0.01)::decimal(18, 2)
        as turnover_gbp,
    coalesce(money.iuk_funding_gbp, 0)::decimal(18, 2) as iuk_funding_gbp,
    coalesce(money.ukri_funding_gbp, 0)::decimal(18, 2) as ukri_funding_gbp,
    ((publications_share + if(position <= publications_left, 1, 0)) * 0.01)::decimal(18, 2) as publications,
    ((fractional_share + if(position <= fractional_left, 1, 0)) * 0.0001)::decimal(18, 4) as publications_fractional,
    leftovers.apportionment_basis
from leftovers
left join money on money.site_id = leftovers.site_id
order by leftovers.site_id
