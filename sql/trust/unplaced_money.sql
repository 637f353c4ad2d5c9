with projects as (
    select source, project_id, award_dataset, stated_total_gbp
    from organisations.projects
    where month = $month and source in ('innovate_uk', 'ukri')
),

-- Organisations that no exact rule and no linkage found in another source.
unmatched as (
    select organisation_id
    from organisations.matches
    where month = $month
    group by organisation_id
    having bool_and(match_rule = 'new')
),

postcodes as (
    select organisation_id
    from organisations.sites
    where month = $month
    group by organisation_id
    having count(postcode) > 0
),

unlocated as (
    select
        projects.award_dataset as source,
        case unlocated.reason
            when 'overseas' then 'outside_uk'
            when 'formation_agent' then 'formation_agent'
            when 'unattributed' then 'unattributed'
            else
                case
                    when postcodes.organisation_id is not null then 'postcode_unknown'
                    when unmatched.organisation_id is not null then 'organisation_unmatched'
                    else 'no_postcode'
                end
        end as reason,
        unlocated.amount_gbp
    from organisations.unlocated_funding as unlocated
    join projects on projects.source = unlocated.funder and projects.project_id = unlocated.project_id
    left join unmatched on unmatched.organisation_id = unlocated.organisation_id
    left join postcodes on postcodes.organisation_id = unlocated.organisation_id
    where unlocated.month = $month
),

uncounted as (
    select projects.award_dataset as source, uncounted.reason, uncounted.amount_gbp
    from organisations.uncounted_funding as uncounted
    join projects on projects.source = uncounted.funder and projects.project_id = uncounted.project_id
    where uncounted.month = $month
),

-- Applications that the funded list has too, and projects of Gateway to Research that Innovate UK's own list has.
elsewhere as (
    select 'innovate_uk_applications' as source, sum(applications.award_gbp) as amount_gbp
    from used.innovate_uk_applications as applications
    join projects
        on
            projects.project_id = applications.application_id and projects.source = 'innovate_uk'
            and projects.award_dataset = 'innovate_uk'
    where applications.month = $month and applications.is_funded
    group by applications.application_id, applications.participant_name, applications.crn, applications.postcode
    having count(applications.award_gbp) > 0
    union all
    select 'ukri', coalesce(given.amount_gbp, offered.amount_gbp)
    from used.ukri_projects as given
    left join (
        select project_id, sum(grant_offer_gbp) as amount_gbp
        from used.ukri_participants
        where month = $month
        group by project_id
    ) as offered on offered.project_id = given.project_id
    anti join projects on projects.source = 'ukri' and projects.project_id = given.project_id
    where given.month = $month and coalesce(given.amount_gbp, offered.amount_gbp) is not null
),

-- Of Innovate UK each participant is given an award; of Gateway to Research the project is.
given as (
    select source, project_id, organisation_id
    from organisations.project_partners
    where month = $month and source = 'innovate_uk' and is_funded and uncounted_because is null
    group by source, project_id, organisation_id
    having count(award_gbp) = 0
),

without_amount as (
    select projects.award_dataset as source
    from given
    join projects on projects.source = given.source and projects.project_id = given.project_id
    union all
    select 'ukri'
    from projects
    where
        source = 'ukri' and stated_total_gbp is null
        and project_id not in (select project_id from organisations.funding where month = $month and funder = 'ukri')
),

unplaced as (
    select * from unlocated
    union all
    select * from uncounted
    union all
    select source, 'in_other_list', amount_gbp from elsewhere
    union all
    select source, 'no_amount', 0 from without_amount
),

placed as (
    select projects.award_dataset as source, sum(placed.amount_gbp) as amount_gbp
    from organisations.site_funding as placed
    join projects on projects.source = placed.funder and projects.project_id = placed.project_id
    where placed.month = $month
    group by projects.award_dataset
),

by_reason as (
    select source, reason, count(*) as awards, sum(amount_gbp)::decimal(18, 2) as gbp
    from unplaced
    group by source, reason
)

select
    by_reason.source, by_reason.reason, by_reason.awards, by_reason.gbp,
    coalesce(placed.amount_gbp, 0)::decimal(18, 2) as placed_gbp
from by_reason
left join placed on placed.source = by_reason.source
order by by_reason.source, by_reason.reason
