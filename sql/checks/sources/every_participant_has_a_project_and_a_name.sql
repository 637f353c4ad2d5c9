-- table: sources.ukri_participants
-- severity: blocking
-- Every participant is on a project, and is an organisation, of the same drop.
select
    participants.project_id, participants.organisation_key, 'both in the drop' as expected,
    case when projects.project_id is null then 'no such project' else 'no such organisation' end as actual
from used.ukri_participants as participants
left join sources.ukri_projects as projects
    on projects.as_of = participants.as_of and projects.project_id = participants.project_id
left join sources.ukri_organisations as organisations
    on organisations.as_of = participants.as_of and organisations.organisation_key = participants.organisation_key
where
    participants.month = $month
    and (projects.project_id is null or organisations.organisation_key is null)
order by participants.project_id, participants.organisation_key
