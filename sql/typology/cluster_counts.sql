select
    kinds.cluster_type,
    count(clusters.cluster_id) as clusters
from (values ('Diverse'), ('Specialised'), ('R&D Collaborating'), ('Dispersed')) as kinds (cluster_type)
left join typology.innovation_clusters as clusters
    on clusters.month = $month and clusters.profile = $profile and clusters.cluster_type = kinds.cluster_type
group by kinds.cluster_type
order by kinds.cluster_type
