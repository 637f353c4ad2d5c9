with taking_part as (
    select
        project_id as application_id,
        organisation_id,
        count(*) over (partition by project_id) as partners
    from organisations.participations
    where month = $month and source = 'innovate_uk' and is_in_window
)

select application_id, organisation_id, partners
from taking_part
where partners between 2 and $max_consortium
order by application_id, organisation_id
