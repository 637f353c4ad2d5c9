-- table: network.institution_ties
-- severity: warning
-- A publication of n institutions, k of them in the UK, gives k (k - 1) / 2 + k (n - k) joint publications.
with of_publications as (
    select count(*) as uk, any_value(institution_count) as institutions
    from used.publication_institutions
    where month = $month
    group by publication_id
)

select
    (select coalesce(sum(uk * (uk - 1) // 2 + uk * (institutions - uk)), 0) from of_publications) as expected,
    (select coalesce(sum(publications), 0) from network.institution_ties where month = $month) as actual
where actual <> expected
