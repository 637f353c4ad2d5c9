-- The points of sectors of a scheme with the group and the district that each is in.
with groups as (
    select m.group_id, g.scheme, g.sector, m.site_id
    from spatial.group_members as m
    inner join spatial.groups as g on g.month = m.month and g.profile = m.profile and g.group_id = m.group_id
    where
        m.month = $month and m.profile = $profile
        and g.scheme = $scheme and g.sector in (select unnest($sectors))
)

select
    p.scheme, p.sector, p.grid, p.organisation_id, p.site_id, p.easting, p.northing, p.is_firm,
    g.group_id, s.local_authority_code as district_code
from spatial.points as p
inner join organisations.sites as s on s.month = p.month and s.site_id = p.site_id
left join groups as g on g.scheme = p.scheme and g.sector = p.sector and g.site_id = p.site_id
where p.month = $month and p.scheme = $scheme and p.sector in (select unnest($sectors))
