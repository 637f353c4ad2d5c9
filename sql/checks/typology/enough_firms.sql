-- table: typology.innovation_clusters
-- severity: blocking
-- Every published cluster has at least the profile's number of distinct firms, and never fewer than 10.
select
    clusters.cluster_id,
    greatest(10, candidates.min_firms) as expected,
    clusters.firms as actual
from typology.innovation_clusters as clusters
inner join typology.candidates as candidates
    on
        candidates.month = clusters.month and candidates.profile = clusters.profile
        and candidates.cluster_id = clusters.cluster_id and candidates.unpublished_reason is null
where clusters.month = $month and clusters.profile = $profile and actual < expected
order by clusters.cluster_id
