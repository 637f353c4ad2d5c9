select
    easting,
    northing,
    case when is_firm then dense_rank() over (order by organisation_id) - 1 else -1 end as firm
from spatial.points
where month = $month and scheme = 'all' and grid = $grid
