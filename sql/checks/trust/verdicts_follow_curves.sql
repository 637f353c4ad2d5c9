-- table: trust.localisation
-- severity: blocking
-- A sector is localised where its K-density is above the upper global band somewhere, dispersed where it is only below.
with curves as (
    select
        profile,
        scheme,
        sector,
        bool_or(k > high * (1 + 1e-9)) as is_above,
        bool_or(k < low * (1 - 1e-9)) as is_below
    from trust.k_density
    where month = $month
    group by all
)

select
    localisation.profile,
    localisation.scheme,
    localisation.sector,
    case when curves.is_above then 'localised' when curves.is_below then 'dispersed' else 'neither' end as expected,
    localisation.verdict as actual
from trust.localisation as localisation
left join curves
    on
        curves.profile = localisation.profile
        and curves.scheme = localisation.scheme and curves.sector = localisation.sector
where localisation.month = $month and expected <> actual
