select
    scheme, sector, method, other_method, sector_points as sites, groups, other_groups,
    round(adjusted_mutual_information, 2) as adjusted_mutual_information, round(grouped_jaccard, 2) as grouped_jaccard
from trust.method_agreement
where month = $month and profile = $profile and sector_points >= $disclosure_min_firms
order by scheme, sector, method, other_method
