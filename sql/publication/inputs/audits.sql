select
    profile, cluster_id, firms, registered_office_only_firms, figured_firms, estimated_firms, located_sites,
    fallback_sites
from trust.cluster_audit
where month = $month
order by profile, cluster_id
