-- table: typology.innovation_clusters
-- severity: blocking
-- Every cluster has the one type that its four criteria give.
select
    cluster_id,
    case
        when not is_rdi_active then 'none: not RD&I-active'
        when is_colocated and is_internally_collaborative then 'R&D Collaborating'
        when is_colocated and is_specialised then 'Specialised'
        when is_colocated then 'Diverse'
        when is_internally_collaborative then 'Dispersed'
        else 'none: neither co-located nor internally collaborative'
    end as expected,
    cluster_type as actual
from typology.innovation_clusters
where month = $month and profile = $profile and actual <> expected
order by cluster_id
