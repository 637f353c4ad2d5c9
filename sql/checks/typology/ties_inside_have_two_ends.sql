-- table: typology.cluster_institutions
-- severity: blocking
-- The partners and joint publications inside a cluster, over its institutions, are those of the ties inside it, twice.
with inside as (
    select cluster_id, institution_key
    from typology.institutions_inside
    where month = $month and profile = $profile
),

ties as (
    select a.cluster_id, 2 * count(*) as partners, 2 * sum(t.publications) as publications
    from network.institution_ties as t
    inner join inside as a on a.institution_key = t.institution_a
    inner join inside as b on b.institution_key = t.institution_b and b.cluster_id = a.cluster_id
    where t.month = $month
    group by a.cluster_id
),

counted as (
    select cluster_id, sum(partners_inside) as partners, sum(joint_publications_inside) as publications
    from typology.cluster_institutions
    where month = $month and profile = $profile
    group by cluster_id
)

select
    c.cluster_id,
    format('{} partners, {} joint publications', coalesce(t.partners, 0), coalesce(t.publications, 0)) as expected,
    format('{} partners, {} joint publications', c.partners, c.publications) as actual
from counted as c
left join ties as t on t.cluster_id = c.cluster_id
where actual <> expected
order by c.cluster_id
