with joint_work as (
    select
        organisation_id,
        count(*) filter (where source = 'innovate_uk') as innovate_uk_applications,
        count(*) filter (where source = 'ukri') as ukri_projects,
        count(*) filter (where source = 'cordis') as cordis_projects
    from organisations.participations
    where month = $month and is_in_window
    group by organisation_id
),

window_start as (
    select ($month_end - to_years($rdi_window_years))::date as day
),

authorships as (
    select
        matches.organisation_id, authorships.publication_id,
        -- Whole billionths: sums of integers do not depend on the order of rows.
        sum(round(1e9 / authorships.institution_count)::bigint) as billionths
    from used.publication_institutions as authorships
    join organisations.matches as matches
        on matches.dataset = 'publications' and matches.record_key = authorships.institution_key
    where
        matches.month = $month
        and authorships.month = $month
        and authorships.publication_date > (select day from window_start)
        and authorships.publication_date <= $month_end
    group by matches.organisation_id, authorships.publication_id
),

publications as (
    select
        organisation_id, count(*) as publications,
        ((sum(billionths) + 50000) // 100000 * 0.0001)::decimal(18, 4) as publications_fractional
    from authorships
    group by organisation_id
),

signals as (
    select
        matches.organisation_id,
        count(*) filter (where signals.dataset = 'patents') as patents,
        count(*) filter (where signals.dataset = 'rd_tax_claims') as rd_tax_claims
    from used.activity_signals as signals
    join organisations.source_records as records
        on
            records.month = $month and records.dataset = signals.dataset
            and records.name = signals.organisation_name and records.crn is not distinct from signals.crn
    join organisations.matches as matches
        on
            matches.month = $month and matches.dataset = records.dataset
            and matches.record_key = records.record_key
    where
        signals.month = $month
        and signals.activity_date > (select day from window_start)
        and signals.activity_date <= $month_end
    group by matches.organisation_id
),

everyone as (
    select organisation_id from joint_work
    union
    select organisation_id from publications
    union
    select organisation_id from signals
)

select
    everyone.organisation_id,
    coalesce(joint_work.innovate_uk_applications, 0) as innovate_uk_applications,
    coalesce(joint_work.ukri_projects, 0) as ukri_projects,
    coalesce(joint_work.cordis_projects, 0) as cordis_projects,
    coalesce(publications.publications, 0) as publications,
    coalesce(publications.publications_fractional, 0) as publications_fractional,
    coalesce(signals.patents, 0) as patents,
    coalesce(signals.rd_tax_claims, 0) as rd_tax_claims,
    true as is_rdi_active
from everyone
left join joint_work on joint_work.organisation_id = everyone.organisation_id
left join publications on publications.organisation_id = everyone.organisation_id
left join signals on signals.organisation_id = everyone.organisation_id
order by everyone.organisation_id
