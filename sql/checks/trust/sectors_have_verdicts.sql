-- table: trust.localisation
-- severity: blocking
-- Every sector of enough points, and of fewer than all business sites, has a verdict, of all its points.
with sectors as (
    select
        scheme,
        sector,
        count(*) as points,
        (select count(*) from spatial.points where month = $month and scheme = 'all') as all_sites
    from spatial.points
    where month = $month and scheme <> 'all'
    group by all
)

select sectors.scheme, sectors.sector, sectors.points as expected, localisation.sites as actual
from sectors
left join trust.localisation as localisation
    on
        localisation.month = $month and localisation.profile = $profile
        and localisation.scheme = sectors.scheme and localisation.sector = sectors.sector
where
    sectors.points >= $k_min_sites
    and sectors.points < sectors.all_sites
    and localisation.sites is distinct from sectors.points
