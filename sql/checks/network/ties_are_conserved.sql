-- table: network.institution_ties
-- severity: blocking
-- The ties are the pairs of the month's drop: as many, with as many joint publications, one end at least in the UK.
with of_drop as (
    select count(*) as ties, coalesce(sum(publications), 0) as publications
    from used.institution_pairs
    where month = $month
),

of_ties as (
    select
        count(*) as ties,
        coalesce(sum(publications), 0) as publications,
        count(*) filter (where not is_uk_a and not is_uk_b) as overseas
    from network.institution_ties
    where month = $month
)

select
    format('{} ties, {} publications, 0 overseas', of_drop.ties, of_drop.publications) as expected,
    format('{} ties, {} publications, {} overseas', of_ties.ties, of_ties.publications, of_ties.overseas) as actual
from of_drop
cross join of_ties
where actual <> expected
