with inside as (
    select cluster_id, institution_key
    from typology.institutions_inside
    where month = $month and profile = $profile
),

published as (
    select
        institution_key, count(*) as publications,
        -- Whole billionths: sums of integers do not depend on the order of rows.
        sum(round(1e9 / institution_count)::bigint) as billionths
    from used.publication_institutions
    where month = $month and institution_key in (select institution_key from inside)
    group by institution_key
),

-- Every tie once from each of its ends that is in any outline.
ties as (
    select institution_a as institution_key, institution_b as partner, publications
    from network.institution_ties
    where month = $month and institution_a in (select institution_key from inside)
    union all
    select institution_b, institution_a, publications
    from network.institution_ties
    where month = $month and institution_b in (select institution_key from inside)
),

anywhere as (
    select institution_key, count(*) as partners, sum(publications)::bigint as joint_publications
    from ties
    group by institution_key
),

within as (
    select
        inside.cluster_id, inside.institution_key, count(*) as partners,
        sum(ties.publications)::bigint as joint_publications
    from inside
    inner join ties on ties.institution_key = inside.institution_key
    inner join inside as others
        on others.cluster_id = inside.cluster_id and others.institution_key = ties.partner
    group by inside.cluster_id, inside.institution_key
)

select
    inside.cluster_id,
    inside.institution_key,
    institutions.name,
    matches.organisation_id,
    coalesce(published.publications, 0) as publications,
    ((coalesce(published.billionths, 0) + 50000) // 100000 * 0.0001)::decimal(18, 4) as publications_fractional,
    coalesce(anywhere.partners, 0) as partners,
    coalesce(within.partners, 0) as partners_inside,
    coalesce(anywhere.joint_publications, 0) as joint_publications,
    coalesce(within.joint_publications, 0) as joint_publications_inside
from inside
inner join used.institutions as institutions
    on institutions.month = $month and institutions.institution_key = inside.institution_key
left join organisations.matches as matches
    on
        matches.month = $month and matches.dataset = 'publications'
        and matches.record_key = inside.institution_key
left join published on published.institution_key = inside.institution_key
left join anywhere on anywhere.institution_key = inside.institution_key
left join within on within.cluster_id = inside.cluster_id and within.institution_key = inside.institution_key
order by inside.cluster_id, inside.institution_key
