-- Every group with its outline, where it has one, and why it is no cluster.
select
    g.group_id, g.cluster_id, c.name, g.scheme, g.sector, g.firms, c.cluster_type, g.unpublished_reason,
    coalesce(o.outline_wkt, c.outline_wkt) as outline_wkt
from typology.candidates as g
left join spatial.outlines as o on o.month = g.month and o.profile = g.profile and o.group_id = g.group_id
left join typology.innovation_clusters as c
    on c.month = g.month and c.profile = g.profile and c.cluster_id = g.cluster_id
where
    g.month = $month
    and g.profile = $profile
    -- A community that is one cluster with a spatial group has that group's outline.
    and (g.approach = 'spatial' or g.unpublished_reason is null)
order by c.cluster_type is null, -g.firms, g.group_id
