with partners as (
    select source, project_id, organisation_id, postcode, award_gbp
    from organisations.project_partners
    where month = $month and uncounted_because is null
),

given as (
    select source, project_id, organisation_id, postcode, sum(award_gbp) as amount_gbp
    from partners
    where award_gbp is not null
    group by source, project_id, organisation_id, postcode
),

-- What a project's stated total leaves after the awards given, in pence.
remainders as (
    select
        projects.source, projects.project_id,
        ((any_value(projects.stated_total_gbp) - coalesce(sum(given.amount_gbp), 0)) * 100)::bigint as pence
    from organisations.projects as projects
    left join given on given.source = projects.source and given.project_id = projects.project_id
    where projects.month = $month and projects.stated_total_gbp is not null
    group by projects.source, projects.project_id
),

waiting as (
    select
        source, project_id, organisation_id, min(postcode) as postcode,
        row_number() over (partition by source, project_id order by organisation_id) as position,
        count(*) over (partition by source, project_id) as organisations
    from partners
    group by source, project_id, organisation_id
    having count(award_gbp) = 0
),

shared as (
    select
        waiting.source, waiting.project_id, waiting.organisation_id, waiting.postcode,
        remainders.pence // waiting.organisations
        + if(waiting.position <= remainders.pence % waiting.organisations, 1, 0) as pence
    from remainders
    join waiting on waiting.source = remainders.source and waiting.project_id = remainders.project_id
    where remainders.pence > 0
)

select
    source as funder, project_id, organisation_id, postcode, amount_gbp::decimal(18, 2) as amount_gbp,
    'given' as funding_basis
from given
union all
select source, project_id, organisation_id, postcode, (pence * 0.01)::decimal(18, 2), 'equal_split'
from shared
union all
select source, project_id, null, null, (pence * 0.01)::decimal(18, 2), 'unattributed'
from remainders
where
    pence < 0
    or (pence > 0 and (source, project_id) not in (select (source, project_id) from waiting))
order by funder, project_id, organisation_id, postcode
