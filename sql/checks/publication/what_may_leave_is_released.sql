-- table: publication.files
-- severity: blocking
-- A month that has clusters of the Map or of the Index has a release, or one that waits for approval.
select clusters.layer, clusters.found as actual, 0 as expected
from (
    select 'publication' as layer, count(*) as found from publication.clusters where month = $month
    union all
    select 'innovation_index', count(*) from innovation_index.clusters where month = $month
) as clusters
where
    clusters.found > 0
    and not exists (from publication.files where month = $month)
    and not exists (from publication.approval where month = $month and state = 'waits')
