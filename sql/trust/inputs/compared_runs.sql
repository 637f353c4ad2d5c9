-- The runs that were made over a list's sectors, and the sector's points in both grids.
select
    scheme, sector, grid, points,
    sum(points) over (partition by scheme, sector)::bigint as sector_points,
    skipped_reason is null as is_compared
from spatial.runs
where month = $month and profile = $profile and scheme in ('sic', 'rtic')
order by scheme, sector, grid
