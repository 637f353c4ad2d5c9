-- table: typology.cluster_members
-- severity: blocking
-- The firms and sites of every cluster are those of its members.
with counted as (
    select
        m.cluster_id,
        count(distinct case when o.is_firm then m.organisation_id end) as firms,
        count(distinct m.site_id) as sites
    from typology.cluster_members as m
    left join organisations.organisations as o on o.month = m.month and o.organisation_id = m.organisation_id
    where m.month = $month and m.profile = $profile
    group by m.cluster_id
)

select
    coalesce(c.cluster_id, n.cluster_id) as cluster_id,
    format('{} firms, {} sites', c.firms, c.sites) as expected,
    format('{} firms, {} sites', coalesce(n.firms, 0), coalesce(n.sites, 0)) as actual
from (select * from typology.innovation_clusters where month = $month and profile = $profile) as c
full outer join counted as n on n.cluster_id = c.cluster_id
where c.firms is distinct from n.firms or c.sites is distinct from n.sites
order by cluster_id
