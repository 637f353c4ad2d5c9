-- table: typology.cluster_institutions
-- severity: blocking
-- No institution has more partners or joint publications inside an outline than anywhere, nor more than others are there.
with counted as (
    select *, count(*) over (partition by cluster_id) - 1 as others
    from typology.cluster_institutions
    where month = $month and profile = $profile
)

select
    cluster_id,
    institution_key,
    format('at most {} partners, {} joint publications', least(partners, others), joint_publications) as expected,
    format('{} partners, {} joint publications', partners_inside, joint_publications_inside) as actual
from counted
where partners_inside > least(partners, others) or joint_publications_inside > joint_publications
order by cluster_id, institution_key
