-- Of a project of CORDIS the partners abroad count towards its size, though they are no organisations of the graph.
with taking_part as (
    select
        participations.project_id as application_id,
        participations.organisation_id,
        count(*) over (partition by participations.project_id) as known_partners,
        greatest(
            count(*) over (partition by participations.project_id), coalesce(projects.partners, 0)
        ) as partners
    from organisations.participations as participations
    left join used.cordis_projects as projects
        on
            projects.month = $month and participations.source = 'cordis'
            and 'CORDIS-' || projects.project_id = participations.project_id
    where
        participations.month = $month
        and participations.source in ('innovate_uk', 'cordis')
        and participations.is_in_window
)

select application_id, organisation_id, partners
from taking_part
where known_partners >= 2 and partners <= $max_consortium
order by application_id, organisation_id
