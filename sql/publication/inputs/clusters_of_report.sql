select * exclude (outline_wkt) from publication.clusters
where month in ($month, $month - interval 1 month, $month - interval 12 month)
order by month, profile, cluster_id
