select month, release, profile, total, cluster_id from ledger.released_parts order by all
