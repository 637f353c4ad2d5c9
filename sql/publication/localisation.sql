select
    scheme, sector, sites, verdict, first_km, last_km, strongest_km,
    round(localisation_index, 6) as localisation_index, round(dispersion_index, 6) as dispersion_index, draws
from trust.localisation
where month = $month and profile = $profile and sites >= $disclosure_min_firms
order by scheme, sector
