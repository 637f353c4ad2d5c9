select month, profile, cluster_type, clusters from typology.cluster_counts
where month between $month - interval 12 month and $month
order by month, profile, cluster_type
