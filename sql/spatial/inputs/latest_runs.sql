select *
from spatial.runs
where month < $month and profile_fingerprint = $profile_fingerprint and groups = groups_found
qualify row_number() over (
    partition by scheme, sector, grid, points_fingerprint order by month desc, profile asc
) = 1
