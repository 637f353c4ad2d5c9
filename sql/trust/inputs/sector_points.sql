-- The points of a sector in one grid, in the order of sites, with the cluster that each is in.
with members as (
    select m.site_id, c.cluster_id
    from spatial.group_members as m
    inner join typology.candidates as c
        on
            c.month = m.month and c.profile = m.profile and c.group_id = m.group_id
            and c.approach = 'spatial' and c.cluster_id is not null and c.unpublished_reason is null
    inner join spatial.groups as g on g.month = m.month and g.profile = m.profile and g.group_id = m.group_id
    where
        m.month = $month and m.profile = $profile
        and g.scheme = $scheme and g.sector = $sector and g.grid = $grid
)

select p.organisation_id, p.site_id, p.easting, p.northing, p.is_firm, m.cluster_id
from spatial.points as p
left join members as m on m.site_id = p.site_id
where p.month = $month and p.scheme = $scheme and p.sector = $sector and p.grid = $grid
order by p.site_id
