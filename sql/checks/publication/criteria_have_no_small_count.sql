-- table: publication.criteria
-- severity: blocking
-- No count of active firms is below the threshold.
select profile, cluster_id, $disclosure_min_firms as expected, figure as actual
from publication.criteria
where month = $month and measure = 'active firms' and figure < $disclosure_min_firms
