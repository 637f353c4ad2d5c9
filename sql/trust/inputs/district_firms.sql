-- Distinct firms of each sector in each local authority district, beside those of the district and of the country.
with firms as (
    select distinct p.scheme, p.sector, s.local_authority_code as district_code, p.organisation_id
    from spatial.points as p
    inner join organisations.sites as s on s.month = p.month and s.site_id = p.site_id
    where p.month = $month and p.scheme in ('sic', 'rtic', 'all') and p.is_firm
),

of_districts as (
    select scheme, sector, district_code, count(*) as firms
    from firms
    where district_code is not null
    group by scheme, sector, district_code
),

of_sectors as (
    select scheme, sector, count(distinct organisation_id) as firms
    from firms
    group by scheme, sector
)

select
    d.scheme, d.sector, d.district_code, d.firms as sector_firms, e.firms as district_firms,
    n.firms as national_sector_firms, a.firms as national_firms
from of_districts as d
inner join of_districts as e on e.district_code = d.district_code and e.scheme = 'all'
inner join of_sectors as n on n.scheme = d.scheme and n.sector = d.sector
inner join of_sectors as a on a.scheme = 'all'
where d.scheme <> 'all'
order by d.scheme, d.sector, d.district_code
