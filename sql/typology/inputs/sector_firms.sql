with firms as (
    select distinct scheme, sector, organisation_id
    from organisations.site_sectors
    where month = $month
)

select
    s.scheme, s.sector,
    count(*) as firms,
    count(*) filter (where r.is_rdi_active) as rdi_active_firms
from firms as s
inner join organisations.organisations as o
    on o.month = $month and o.organisation_id = s.organisation_id and o.is_firm
left join organisations.rdi_activity as r on r.month = $month and r.organisation_id = s.organisation_id
group by s.scheme, s.sector
order by s.scheme, s.sector
