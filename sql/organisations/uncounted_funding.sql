select
    source as funder, project_id, organisation_id, uncounted_because as reason,
    sum(award_gbp)::decimal(18, 2) as amount_gbp
from organisations.project_partners
where month = $month and uncounted_because is not null and award_gbp is not null
group by source, project_id, organisation_id, uncounted_because
order by source, project_id, organisation_id, uncounted_because
