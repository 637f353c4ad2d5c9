-- table: organisations.unlocated_funding
-- severity: blocking
-- Each project's money at sites and without a place is the source's total of what counts, to the penny.
with awards as (
    select application_id as project_id, award_gbp
    from used.innovate_uk
    where
        is_funded
        and not is_withdrawn
        and coalesce(project_status, '') <> 'Withdrawn'
        and (coalesce(project_status, '') <> 'On Hold' or $on_hold_funding_counts)
        and month = $month
    union all
    select application_id, award_gbp
    from used.innovate_uk_applications
    where
        is_funded
        and not is_withdrawn
        and coalesce(project_status, '') <> 'Withdrawn'
        and (coalesce(project_status, '') <> 'On Hold' or $on_hold_funding_counts)
        and month = $month
        and application_id not in (
            select application_id
            from used.innovate_uk
            where month = $month
        )
),

grants as (
    select project_id, sum(grant_offer_gbp) as amount_gbp
    from used.ukri_participants
    where month = $month
    group by project_id
),

own_list as (
    select 'innovate uk' as lead_funder
    from sources.drops
    where month = $month and dataset = 'innovate_uk'
),

source_totals as (
    select 'innovate_uk' as funder, project_id, sum(award_gbp) as amount_gbp
    from awards
    group by project_id
    union all
    select 'ukri', projects.project_id, coalesce(projects.amount_gbp, grants.amount_gbp)
    from used.ukri_projects as projects
    left join grants on grants.project_id = projects.project_id
    anti join own_list on own_list.lead_funder = lower(trim(projects.lead_funder))
    where projects.month = $month
),

kept as (
    select funder, project_id, sum(amount_gbp) as amount_gbp
    from (
        select funder, project_id, amount_gbp from organisations.site_funding where month = $month
        union all
        select funder, project_id, amount_gbp from organisations.unlocated_funding where month = $month
    ) as parts
    group by funder, project_id
)

select
    coalesce(source_totals.funder, kept.funder) as funder,
    coalesce(source_totals.project_id, kept.project_id) as project_id,
    coalesce(source_totals.amount_gbp, 0) as expected, coalesce(kept.amount_gbp, 0) as actual
from source_totals
full join kept on kept.funder = source_totals.funder and kept.project_id = source_totals.project_id
where coalesce(source_totals.amount_gbp, 0) <> coalesce(kept.amount_gbp, 0)
order by funder, project_id
