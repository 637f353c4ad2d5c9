with codes as (
    select site_id, organisation_id, scheme, code, is_only
    from organisations.site_codes
    where month = $month
),

sectors as (
    select 'sic' as scheme, found.code, arg_max(sectors.sector, length(sectors.sic2007_prefix)) as sector
    from (select distinct code, unnest([2, 3, 4, 5]) as digits from codes where scheme = 'sic') as found
    join used.sic_sectors as sectors on sectors.sic2007_prefix = left(found.code, found.digits)
    where sectors.month = $month
    group by found.code
    union all
    select 'rtic', rtic_code, sector
    from used.rtic_sectors
    where month = $month
)

-- Where a site has one code there is nothing to make distinct of: those are the most.
select codes.site_id, codes.organisation_id, codes.scheme, sectors.sector
from codes
join sectors on sectors.scheme = codes.scheme and sectors.code = codes.code
where codes.is_only
union all
select distinct codes.site_id, codes.organisation_id, codes.scheme, sectors.sector
from codes
join sectors on sectors.scheme = codes.scheme and sectors.code = codes.code
where not codes.is_only
