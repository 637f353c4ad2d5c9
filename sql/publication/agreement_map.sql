-- Over all sectors of a list alone, and to tenths: how many sites and firms a square has is not told.
select
    scheme, easting_km, northing_km, round(methods_mean, 1) as methods_mean,
    round(by_all_share, 1) as by_all_share, round(by_one_share, 1) as by_one_share,
    round(by_none_share, 1) as by_none_share, round(hdbscan_share, 1) as hdbscan_share,
    round(dbscan_share, 1) as dbscan_share, round(scan_share, 1) as scan_share,
    round(circles_share, 1) as circles_share, round(districts_share, 1) as districts_share
from trust.agreement_map
where month = $month and profile = $profile and sector = 'All sectors' and firms >= $disclosure_min_firms
order by scheme, easting_km, northing_km
