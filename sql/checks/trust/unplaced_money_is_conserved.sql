-- table: trust.unplaced_money
-- severity: blocking
-- Of each source the money placed and the money not placed are all awards of the drop, to the penny.
with offers as (
    select project_id, sum(grant_offer_gbp) as amount_gbp
    from used.ukri_participants
    where month = $month
    group by project_id
),

awards as (
    select 'innovate_uk' as source, award_gbp as amount_gbp
    from used.innovate_uk
    where month = $month and is_funded
    union all
    select 'innovate_uk_applications', award_gbp
    from used.innovate_uk_applications
    where month = $month and is_funded
    union all
    select 'ukri', coalesce(projects.amount_gbp, offers.amount_gbp)
    from used.ukri_projects as projects
    left join offers on offers.project_id = projects.project_id
    where projects.month = $month
),

drops as (
    select source, coalesce(sum(amount_gbp), 0) as amount_gbp
    from awards
    group by source
),

parts as (
    select source, gbp as amount_gbp
    from trust.unplaced_money
    where month = $month
    union all
    select projects.award_dataset, placed.amount_gbp
    from organisations.site_funding as placed
    join organisations.projects as projects
        on
            projects.month = placed.month and projects.source = placed.funder
            and projects.project_id = placed.project_id
    where placed.month = $month
),

told as (
    select source, sum(amount_gbp) as amount_gbp
    from parts
    group by source
)

select
    coalesce(drops.source, told.source) as source, coalesce(drops.amount_gbp, 0) as expected,
    coalesce(told.amount_gbp, 0) as actual
from drops
full join told on told.source = drops.source
where coalesce(drops.amount_gbp, 0) <> coalesce(told.amount_gbp, 0)
order by source
