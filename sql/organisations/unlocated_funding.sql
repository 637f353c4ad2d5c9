with unplaced as (
    select funding.funder, funding.project_id, funding.organisation_id, funding.amount_gbp
    from organisations.funding as funding
    anti join organisations.site_funding as placed
        on
            placed.month = funding.month and placed.funder = funding.funder
            and placed.project_id = funding.project_id and placed.organisation_id = funding.organisation_id
    where funding.month = $month
),

sites as (
    select organisation_id, bool_or(is_excluded) as is_at_formation_agent
    from organisations.sites
    where month = $month
    group by organisation_id
),

types as (
    select organisation_id, organisation_type
    from organisations.organisations
    where month = $month
)

select
    unplaced.funder, unplaced.project_id, unplaced.organisation_id,
    sum(unplaced.amount_gbp)::decimal(18, 2) as amount_gbp,
    case
        when unplaced.organisation_id is null then 'unattributed'
        when types.organisation_type = 'overseas' then 'overseas'
        when sites.organisation_id is null then 'no_site'
        when sites.is_at_formation_agent then 'formation_agent'
        else 'no_usable_postcode'
    end as reason
from unplaced
left join types on types.organisation_id = unplaced.organisation_id
left join sites on sites.organisation_id = unplaced.organisation_id
group by unplaced.funder, unplaced.project_id, unplaced.organisation_id, reason
order by unplaced.funder, unplaced.project_id, unplaced.organisation_id
