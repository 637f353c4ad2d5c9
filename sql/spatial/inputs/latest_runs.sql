-- Of those months alone whose members are kept: a run is taken over with them.
select *
from spatial.runs
where
    month < $month and profile_fingerprint = $profile_fingerprint and groups = groups_found
    and month in (select month from spatial.group_members)
qualify row_number() over (
    partition by scheme, sector, grid, points_fingerprint order by month desc, profile asc
) = 1
