with applications as (
    select 'innovate_uk' as dataset, application_id, activity_date
    from used.innovate_uk
    where month = $month
    union all
    select 'innovate_uk_applications', application_id, activity_date
    from used.innovate_uk_applications
    where month = $month
),

-- Where Innovate UK's own list is there, it says more of its projects than Gateway to Research does.
own_list as (
    select 'innovate uk' as lead_funder
    from sources.drops
    where month = $month and dataset = 'innovate_uk'
),

projects as (
    -- An application in both lists is one; the funded list sorts first, and goes first.
    select
        'innovate_uk' as source, application_id as project_id, min(dataset) as award_dataset,
        arg_min(activity_date, (dataset, activity_date)) as activity_date, null::decimal(18, 2) as stated_total_gbp
    from applications
    group by application_id
    union all
    select 'ukri', projects.project_id, 'ukri', projects.start_date, projects.amount_gbp
    from used.ukri_projects as projects
    anti join own_list on own_list.lead_funder = lower(trim(projects.lead_funder))
    where projects.month = $month
    union all
    select 'cordis', 'CORDIS-' || project_id, 'cordis', start_date, null
    from used.cordis_projects
    where month = $month and $use_cordis
)

select
    source, project_id, award_dataset, activity_date,
    coalesce(
        activity_date > ($month_end - to_years($rdi_window_years))::date and activity_date <= $month_end, false
    ) as is_in_window,
    stated_total_gbp
from projects
order by source, project_id
