-- Sites of each sector; for the run of all RD&I-active organisations, theirs.
select scheme, sector, count(*) as sites
from organisations.site_sectors
where month = $month
group by scheme, sector
union all
select g.scheme, g.sector, sum(a.sites)::bigint as sites
from (
    select distinct scheme, sector from spatial.groups
    where month = $month and profile = $profile and scheme = 'rdi'
) as g
cross join (
    select count(*) as sites
    from organisations.apportioned_sites as s
    inner join organisations.rdi_activity as r on r.month = s.month and r.organisation_id = s.organisation_id
    where s.month = $month and r.is_rdi_active
) as a
group by g.scheme, g.sector
order by scheme, sector
