with participants as (
    select
        'innovate_uk' as dataset, application_id, participant_name, crn, postcode, is_lead, is_funded, award_gbp,
        is_withdrawn, project_status
    from used.innovate_uk
    where month = $month
    union all
    select
        'innovate_uk_applications', application_id, participant_name, crn, postcode, is_lead, is_funded, award_gbp,
        is_withdrawn, project_status
    from used.innovate_uk_applications
    where month = $month
),

records as (
    select
        matches.organisation_id, records.dataset, records.record_key, records.name, records.crn, records.postcode
    from organisations.source_records as records
    join organisations.matches as matches
        on matches.dataset = records.dataset and matches.record_key = records.record_key
    where
        records.month = $month and matches.month = $month
        and records.dataset in ('innovate_uk', 'innovate_uk_applications', 'ukri', 'cordis')
),

projects as (
    select source, project_id, award_dataset
    from organisations.projects
    where month = $month
)

select
    projects.source, projects.project_id, records.organisation_id, participants.postcode, participants.is_lead,
    participants.is_funded,
    if(participants.dataset = projects.award_dataset and participants.is_funded, participants.award_gbp, null)
        as award_gbp,
    case
        when participants.is_withdrawn or participants.project_status = 'Withdrawn' then 'withdrawn'
        when participants.project_status = 'On Hold' and not $on_hold_funding_counts then 'on_hold'
    end as uncounted_because
from participants
join projects on projects.source = 'innovate_uk' and projects.project_id = participants.application_id
join records
    on
        records.dataset = participants.dataset and records.name = participants.participant_name
        and records.crn is not distinct from participants.crn
        and records.postcode is not distinct from participants.postcode
union all
select
    projects.source, projects.project_id, records.organisation_id, records.postcode, participants.role = 'lead',
    true, participants.grant_offer_gbp, null
from used.ukri_participants as participants
join projects on projects.source = 'ukri' and projects.project_id = participants.project_id
join records on records.dataset = 'ukri' and records.record_key = participants.organisation_key
where participants.month = $month
union all
select
    projects.source, projects.project_id, records.organisation_id, participants.postcode, participants.is_lead, true,
    null, null
from used.cordis_participants as participants
join projects on projects.source = 'cordis' and projects.project_id = 'CORDIS-' || participants.project_id
join records on records.dataset = 'cordis' and records.record_key = participants.organisation_key
where participants.month = $month
order by source, project_id, organisation_id, postcode, award_gbp, is_lead, is_funded, uncounted_because
