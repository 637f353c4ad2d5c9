select name, outline_wkt from publication.clusters
where month = $month and profile = $profile and outline_wkt is not null
order by name, cluster_id
