-- table: network.participations
-- severity: blocking
-- Every application has as many organisations as its partners, no more than the graph takes; a project of CORDIS has the
-- partners that the programme counts, for those abroad are not in the graph.
with applications as (
    select
        application_id, min(partners) as fewest, max(partners) as most, count(*) as organisations
    from network.participations
    where month = $month
    group by application_id
),

counted as (
    select
        applications.*,
        greatest(applications.organisations, coalesce(projects.partners, 0)) as expected
    from applications
    left join used.cordis_projects as projects
        on projects.month = $month and 'CORDIS-' || projects.project_id = applications.application_id
)

select application_id, expected, if(fewest <> expected, fewest, most) as actual
from counted
where fewest <> expected or most <> expected or most > $max_consortium
order by application_id
