-- The published clusters by the group that each is, and why the other groups are none.
select g.group_id, g.unpublished_reason, c.cluster_id, c.name, c.sector, c.firms, c.cluster_type
from typology.candidates as g
left join typology.innovation_clusters as c
    on
        c.month = g.month
        and c.profile = g.profile
        and c.cluster_id = g.cluster_id
        and g.unpublished_reason is null
where g.month = $month and g.profile = $profile
order by g.group_id
