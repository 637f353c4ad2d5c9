-- table: trust.agreement_map
-- severity: blocking
-- The squares over all sectors of a list hold every point that was compared.
with compared as (
    select scheme, sum(points)::bigint as points
    from trust.method_agreement
    where month = $month and profile = $profile and method = 'dbscan' and other_method = 'scan'
    group by scheme
),

held as (
    select scheme, sum(points)::bigint as points
    from trust.agreement_map
    where month = $month and profile = $profile and sector = 'All sectors'
    group by scheme
)

select coalesce(c.scheme, h.scheme) as scheme, c.points as expected, h.points as actual
from compared as c
full join held as h on h.scheme = c.scheme
where c.points is distinct from h.points
order by scheme
