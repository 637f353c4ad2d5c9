-- The points of sectors of a scheme with the published cluster that each is in.
with clusters as (
    select g.group_id, g.scheme, g.sector, c.cluster_id
    from typology.candidates as c
    inner join spatial.groups as g on g.month = c.month and g.profile = c.profile and g.group_id = c.group_id
    where
        c.month = $month and c.profile = $profile
        and c.approach = 'spatial' and c.cluster_id is not null and c.unpublished_reason is null
        and g.scheme = $scheme and g.sector in (select unnest($sectors))
),

members as (
    select k.scheme, k.sector, k.cluster_id, m.site_id
    from spatial.group_members as m
    inner join clusters as k on k.group_id = m.group_id
    where m.month = $month and m.profile = $profile
)

select p.scheme, p.sector, p.grid, p.organisation_id, p.site_id, p.easting, p.northing, p.is_firm, m.cluster_id
from spatial.points as p
left join members as m on m.scheme = p.scheme and m.sector = p.sector and m.site_id = p.site_id
where p.month = $month and p.scheme = $scheme and p.sector in (select unnest($sectors))
