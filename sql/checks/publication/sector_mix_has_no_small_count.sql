-- table: publication.sector_mix
-- severity: blocking
-- No count of firms is below the threshold.
select profile, cluster_id, scheme, sector, $disclosure_min_firms as expected, firms as actual
from publication.sector_mix
where month = $month and firms < $disclosure_min_firms
