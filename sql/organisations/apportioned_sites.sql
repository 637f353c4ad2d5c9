with sites as (
    select site_id, organisation_id, postcode, easting, northing, latitude, longitude, geocode_quality, employees
    from organisations.sites
    where month = $month and easting is not null and not is_excluded
),

located as (
    select
        organisation_id,
        count(*) as sites,
        case when bool_and(employees is not null) then nullif(sum(employees)::bigint, 0) end as all_employees
    from sites
    group by organisation_id
),

-- Whole units of the last digit kept, so that shares add up: hundredths, and ten-thousandths of fractional counts.
businesses as (
    select
        located.organisation_id, located.sites,
        located.all_employees is not null as is_weighted,
        coalesce(located.all_employees, located.sites) as all_weight,
        organisations.employees * 100 as employees_whole,
        (organisations.turnover_gbp * 100)::bigint as turnover_whole,
        coalesce(activity.publications, 0) * 100 as publications_whole,
        coalesce(activity.publications_fractional * 10000, 0)::bigint as fractional_whole
    from located
    join organisations.organisations as organisations on organisations.organisation_id = located.organisation_id
    left join organisations.rdi_activity as activity
        on activity.month = $month and activity.organisation_id = located.organisation_id
    where organisations.month = $month
),

-- whole // all * weight + whole % all * weight // all is whole * weight // all without the great product.
shares as (
    select
        sites.*,
        businesses.* exclude (organisation_id),
        if(is_weighted, sites.employees, 1) as weight,
        employees_whole // all_weight * weight + employees_whole % all_weight * weight // all_weight
            as employees_share,
        turnover_whole // all_weight * weight + turnover_whole % all_weight * weight // all_weight as turnover_share
    from sites
    join businesses on businesses.organisation_id = sites.organisation_id
),

-- What the shares leave over is less than a unit a site: one each to the first sites by id.
leftovers as (
    select
        organisation_id,
        any_value(employees_whole) - sum(employees_share)::bigint as employees_left,
        any_value(turnover_whole) - sum(turnover_share)::bigint as turnover_left,
        any_value(publications_whole % sites) as publications_left,
        any_value(fractional_whole % sites) as fractional_left
    from shares
    where sites > 1
    group by organisation_id
    having employees_left <> 0 or turnover_left <> 0 or publications_left <> 0 or fractional_left <> 0
),

first_sites as (
    select
        sites.site_id, leftovers.* exclude (organisation_id),
        row_number() over (partition by sites.organisation_id order by sites.site_id) as position
    from sites
    join leftovers on leftovers.organisation_id = sites.organisation_id
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
    shares.site_id, shares.organisation_id, shares.postcode, shares.easting, shares.northing,
    shares.latitude, shares.longitude, shares.geocode_quality,
    ((employees_share + if(position <= employees_left, 1, 0)) * 0.01)::decimal(18, 2) as employees,
    ((turnover_share + if(position <= abs(turnover_left), sign(turnover_left), 0)) * 0.01)::decimal(18, 2)
        as turnover_gbp,
    coalesce(money.iuk_funding_gbp, 0)::decimal(18, 2) as iuk_funding_gbp,
    coalesce(money.ukri_funding_gbp, 0)::decimal(18, 2) as ukri_funding_gbp,
    ((publications_whole // sites + if(position <= publications_left, 1, 0)) * 0.01)::decimal(18, 2)
        as publications,
    ((fractional_whole // sites + if(position <= fractional_left, 1, 0)) * 0.0001)::decimal(18, 4)
        as publications_fractional,
    if(is_weighted, 'employee_weighted', 'even') as apportionment_basis
from shares
left join first_sites on first_sites.site_id = shares.site_id
left join money on money.site_id = shares.site_id
