-- Members with their group's number in the order of the identifiers: millions of rows are sorted by it.
with groups as (
    select group_id, (row_number() over (order by group_id) - 1)::integer as number
    from spatial.groups
    where month = $month and profile = $profile
)

select groups.number as group_id, sites.grid, sites.easting, sites.northing
from spatial.group_members as members
inner join groups on groups.group_id = members.group_id
inner join organisations.sites as sites on sites.month = $month and sites.site_id = members.site_id
where members.month = $month and members.profile = $profile
