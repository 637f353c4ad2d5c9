-- The runs that a published cluster was found in.
select distinct
    r.scheme, r.sector, r.grid, r.algorithm, r.points, r.min_cluster_size, r.min_samples, r.epsilon_m, r.critical_score
from typology.candidates as c
inner join spatial.groups as g on g.month = c.month and g.profile = c.profile and g.group_id = c.group_id
inner join spatial.runs as r
    on r.month = g.month and r.profile = g.profile and r.scheme = g.scheme and r.sector = g.sector and r.grid = g.grid
where
    c.month = $month and c.profile = $profile
    and c.approach = 'spatial' and c.cluster_id is not null and c.unpublished_reason is null
order by r.scheme, r.sector, r.grid
