with sites as (
    select organisation_id, site_id, postcode
    from organisations.sites
    where month = $month and easting is not null and not is_excluded
),

shares as (
    select
        funding.funder, funding.project_id, funding.organisation_id, funding.postcode,
        (funding.amount_gbp * 100)::bigint as pence, sites.site_id,
        coalesce(sites.postcode = funding.postcode, false) as is_given_place
    from organisations.funding as funding
    join sites on sites.organisation_id = funding.organisation_id
    where funding.month = $month
),

-- A share whose postcode is that of a site goes there; any other goes to all sites.
placed as (
    select *
    from shares
    qualify
        is_given_place or not bool_or(is_given_place) over (partition by funder, project_id, organisation_id, postcode)
),

split as (
    select
        *,
        row_number() over (partition by funder, project_id, organisation_id, postcode order by site_id) as position,
        count(*) over (partition by funder, project_id, organisation_id, postcode) as sites
    from placed
)

select
    funder, project_id, organisation_id, site_id,
    -- // rounds to zero and % has the sign of the amount, so that money taken back splits like money given.
    (sum(pence // sites + if(position <= abs(pence % sites), sign(pence), 0)) * 0.01)::decimal(18, 2) as amount_gbp
from split
group by funder, project_id, organisation_id, site_id
order by funder, project_id, organisation_id, site_id
