select
    partners.source, partners.project_id, partners.organisation_id, projects.activity_date,
    bool_or(partners.is_lead) as is_lead, bool_or(partners.is_funded) as is_funded, projects.is_in_window
from organisations.project_partners as partners
join organisations.projects as projects
    on projects.source = partners.source and projects.project_id = partners.project_id
where partners.month = $month and projects.month = $month
group by partners.source, partners.project_id, partners.organisation_id, projects.activity_date, projects.is_in_window
order by partners.source, partners.project_id, partners.organisation_id
