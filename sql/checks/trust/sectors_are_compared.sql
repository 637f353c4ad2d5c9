-- table: trust.method_agreement
-- severity: blocking
-- Every sector of a list that was run has each two methods compared, over the points of its runs, and no other has.
with runs as (
    select scheme, sector, sum(points)::bigint as points
    from spatial.runs
    where month = $month and profile = $profile and scheme in ('sic', 'rtic') and skipped_reason is null
    group by scheme, sector
),

compared as (
    select scheme, sector, max(sector_points) as points, count(*) as pairs
    from trust.method_agreement
    where month = $month and profile = $profile
    group by scheme, sector
)

select
    coalesce(r.scheme, c.scheme) as scheme, coalesce(r.sector, c.sector) as sector,
    r.points as expected, c.points as actual, c.pairs
from runs as r
full join compared as c on c.scheme = r.scheme and c.sector = r.sector
where r.points is distinct from c.points or c.pairs <> 10
order by all
