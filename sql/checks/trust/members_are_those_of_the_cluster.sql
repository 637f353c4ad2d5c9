-- table: trust.member_stability
-- severity: blocking
-- Every organisation whose share is told is a member of the cluster, and of each cluster some are told of.
select
    s.cluster_id,
    m.organisation_id,
    'a member of the cluster' as expected,
    case when m.organisation_id is null then 'no member told of' else 'no member' end as actual
from trust.stability as s
left join trust.member_stability as m
    on m.month = s.month and m.profile = s.profile and m.cluster_id = s.cluster_id
left join (
    select distinct cluster_id, organisation_id
    from typology.cluster_members
    where month = $month and profile = $profile
) as c
    on c.cluster_id = m.cluster_id and c.organisation_id = m.organisation_id
where s.month = $month and s.profile = $profile and c.organisation_id is null
order by s.cluster_id, m.organisation_id
