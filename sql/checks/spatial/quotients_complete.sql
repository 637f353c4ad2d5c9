-- table: spatial.location_quotients
-- severity: blocking
-- Every group found within a sector has the location quotient of that sector.
select groups.profile, groups.group_id, groups.sector as expected, 'no location quotient' as actual
from spatial.groups as groups
left join spatial.location_quotients as quotients
    on
        quotients.month = groups.month and quotients.profile = groups.profile and quotients.group_id = groups.group_id
        and quotients.scheme = groups.scheme and quotients.sector = groups.sector
where groups.month = $month and groups.scheme <> 'rdi' and quotients.group_id is null
