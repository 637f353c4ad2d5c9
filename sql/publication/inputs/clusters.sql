select
    c.*, i.funded_firms_share, i.sector_sites_share, i.location_quotient_low, i.location_quotient_high,
    i.area_km2, i.firms_growth_share,
    coalesce(nullif(split_part(c.regions, '; ', 1), ''), 'not located') as main_region
from typology.innovation_clusters as c
inner join typology.cluster_indicators as i using (month, profile, cluster_id)
where c.month = $month
order by c.profile, c.cluster_id
