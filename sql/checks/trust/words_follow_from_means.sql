-- table: trust.stability
-- severity: blocking
-- A cluster's word is what its mean Jaccard similarity and the profile's limits make it.
select
    cluster_id,
    case
        when mean_jaccard >= $stability_robust then 'robust'
        when mean_jaccard <= $stability_fragile then 'fragile'
        else 'fair'
    end as expected,
    word as actual
from trust.stability
where month = $month and profile = $profile and actual <> expected
order by cluster_id
