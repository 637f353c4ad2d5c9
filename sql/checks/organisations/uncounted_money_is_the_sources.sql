-- table: organisations.uncounted_funding
-- severity: blocking
-- Each project's money that counts as nobody's is what the source gives to those who withdrew or are on hold.
with participants as (
    select application_id, award_gbp, is_withdrawn, project_status
    from used.innovate_uk
    where
        is_funded
        and month = $month
    union all
    select application_id, award_gbp, is_withdrawn, project_status
    from used.innovate_uk_applications
    where
        is_funded
        and month = $month
        and application_id not in (
            select application_id
            from used.innovate_uk
            where month = $month
        )
),

offered as (
    select application_id as project_id, sum(award_gbp) as amount_gbp
    from participants
    where
        is_withdrawn
        or project_status = 'Withdrawn'
        or (project_status = 'On Hold' and not $on_hold_funding_counts)
    group by application_id
),

uncounted as (
    select project_id, sum(amount_gbp) as amount_gbp
    from organisations.uncounted_funding
    where month = $month and funder = 'innovate_uk'
    group by project_id
)

select
    coalesce(offered.project_id, uncounted.project_id) as project_id,
    coalesce(offered.amount_gbp, 0) as expected, coalesce(uncounted.amount_gbp, 0) as actual
from offered
full join uncounted on uncounted.project_id = offered.project_id
where coalesce(offered.amount_gbp, 0) <> coalesce(uncounted.amount_gbp, 0)
order by project_id
