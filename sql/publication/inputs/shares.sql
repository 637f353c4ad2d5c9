select
    c.profile, c.cluster_id, c.firms, c.rdi_active_share, i.funded_firms_share, t.colocated_share,
    if(t.is_rdi_active, t.rdi_min_share, 0) as rdi_active_share_least,
    if(t.is_colocated, t.colocated_min_share, 0) as colocated_share_least
from typology.innovation_clusters as c
inner join typology.cluster_indicators as i using (month, profile, cluster_id)
left join typology.candidates as t
    on t.month = c.month and t.profile = c.profile and t.cluster_id = c.cluster_id and t.unpublished_reason is null
where c.month = $month
order by c.profile, c.cluster_id
