-- table: sources.idbr_local_units
-- severity: warning
-- Every SIC code of the sites is in one of the month's broad sectors; sites that are in none appear in no cluster.
select codes.sic2007, codes.sites, 'a prefix in reference.sic_sectors' as expected, 'none' as actual
from (
    select sic2007, count(*) as sites
    from used.idbr_local_units
    where month = $month
    group by sic2007
) as codes
where
    not exists (
        select 1 from used.sic_sectors as sectors
        where
            sectors.month = $month
            and starts_with(codes.sic2007, sectors.sic2007_prefix)
    )
order by codes.sic2007
