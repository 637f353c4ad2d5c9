select sites, draws, all_sites, distance_km, mean, low, high, local_low, local_high
from trust.k_bands
where month = $month
order by sites, distance_km
