-- table: spatial.runs
-- severity: blocking
-- The points of a run are in its groups or noise, none lost.
select
    runs.profile,
    runs.scheme,
    runs.sector,
    runs.grid,
    runs.points - runs.noise_points as expected,
    coalesce(sum(groups.points), 0) as actual
from spatial.runs as runs
left join spatial.groups as groups
    on
        groups.month = runs.month and groups.profile = runs.profile and groups.scheme = runs.scheme
        and groups.sector = runs.sector and groups.grid = runs.grid
where runs.month = $month
group by runs.profile, runs.scheme, runs.sector, runs.grid, runs.points, runs.noise_points
having coalesce(sum(groups.points), 0) <> runs.points - runs.noise_points
