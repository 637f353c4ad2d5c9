-- Institutions overseas are not among these: of them a drop gives no more than the key.
with known as (
    select institutions.institution_key, institutions.name, matches.organisation_id, points.latitude, points.longitude
    from used.institutions as institutions
    left join organisations.matches as matches
        on
            matches.month = $month and matches.dataset = 'publications'
            and matches.record_key = institutions.institution_key
    left join organisations.institution_points as points
        on points.month = $month and points.institution_key = institutions.institution_key
    where institutions.month = $month
)

select
    pairs.institution_a,
    pairs.institution_b,
    pairs.publications,
    one.name as name_a,
    other.name as name_b,
    one.institution_key is not null as is_uk_a,
    other.institution_key is not null as is_uk_b,
    one.organisation_id as organisation_id_a,
    other.organisation_id as organisation_id_b,
    one.latitude as latitude_a,
    one.longitude as longitude_a,
    other.latitude as latitude_b,
    other.longitude as longitude_b
from used.institution_pairs as pairs
left join known as one on one.institution_key = pairs.institution_a
left join known as other on other.institution_key = pairs.institution_b
where pairs.month = $month
