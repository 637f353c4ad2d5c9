-- The sites of the spatial groups named, a line each: all those its points stand for, one point an organisation,
-- postcode and sector. (One text, because a list of texts is bound a hundred times slower.)
with points as (
    select m.group_id, g.scheme, g.sector, m.organisation_id, m.site_id
    from spatial.group_members as m
    inner join spatial.groups as g on g.month = m.month and g.profile = m.profile and g.group_id = m.group_id
    where m.month = $month and m.profile = $profile and m.group_id in (select unnest(string_split($groups, chr(10))))
),

placed as (
    select site_id, organisation_id, coalesce(postcode, site_id) as place
    from organisations.apportioned_sites
    where month = $month and organisation_id in (select organisation_id from points)
)

select group_id, organisation_id, site_id from points
union
select q.group_id, q.organisation_id, p.site_id
from points as q
inner join placed as own on own.site_id = q.site_id
inner join placed as p on p.organisation_id = q.organisation_id and p.place = own.place
left join organisations.site_sectors as s
    on s.month = $month and s.site_id = p.site_id and s.scheme = q.scheme and s.sector = q.sector
where q.scheme = 'rdi' or s.site_id is not null
order by group_id, organisation_id, site_id
