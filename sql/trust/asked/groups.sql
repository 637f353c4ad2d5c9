-- The groups of a cluster, or one by itself, with what is published of it and how sure it is; the spatial one first.
with algorithms as (
    select any_value(algorithm) as algorithm
    from spatial.runs
    where month = $month and profile = $profile
)

select
    g.group_id, g.cluster_id, g.approach, g.scheme, g.sector, g.firms, g.unpublished_reason, g.merged_with,
    c.name, c.cluster_type, c.regions, c.local_authorities,
    if(g.approach = 'spatial', a.algorithm, null) as algorithm,
    n.stability as community_stability,
    s.word, s.mean_jaccard, s.low_jaccard, s.draws
from typology.candidates as g
cross join algorithms as a
left join typology.innovation_clusters as c
    on c.month = g.month and c.profile = g.profile and c.cluster_id = g.cluster_id
left join trust.stability as s on s.month = g.month and s.profile = g.profile and s.cluster_id = g.cluster_id
left join network.groups as n on n.month = g.month and n.profile = g.profile and n.group_id = g.group_id
where g.month = $month and g.profile = $profile and (g.group_id = $wanted or g.cluster_id = $wanted)
order by g.approach <> 'spatial', g.group_id
