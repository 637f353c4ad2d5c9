with firms as (
    select scheme, sector, organisation_id, bool_or(is_rdi_active) as is_rdi_active
    from spatial.points
    where month = $month and scheme in ('sic', 'rtic') and is_firm
    group by scheme, sector, organisation_id
)

select false as among_active, scheme, sector, count(*) as national_sector_firms
from firms
group by scheme, sector
union all
select true as among_active, scheme, sector, count(*) as national_sector_firms
from firms
where is_rdi_active
group by scheme, sector
