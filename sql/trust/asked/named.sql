-- Everything of a month that may be asked for: clusters and groups.
select g.profile, g.group_id, g.cluster_id, c.name
from typology.candidates as g
left join typology.innovation_clusters as c
    on c.month = g.month and c.profile = g.profile and c.cluster_id = g.cluster_id
where g.month = $month
order by g.profile, g.group_id
