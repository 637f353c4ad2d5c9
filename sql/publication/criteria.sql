with tested as (
    select
        clusters.cluster_id, clusters.is_rdi_active, clusters.is_colocated, clusters.is_specialised,
        clusters.is_internally_collaborative,
        candidates.* exclude (
            month, profile, cluster_id, is_rdi_active, is_colocated, is_specialised, is_internally_collaborative
        )
    from typology.innovation_clusters as clusters
    join typology.candidates as candidates
        on
            candidates.month = clusters.month
            and candidates.profile = clusters.profile
            and candidates.cluster_id = clusters.cluster_id
            and candidates.unpublished_reason is null
    where clusters.month = $month and clusters.profile = $profile
),

banded as (
    select
        cluster_id,
        max(band) filter (where measure = 'rdi_active_share') as rdi_active_band,
        max(band) filter (where measure = 'colocated_share') as colocated_band
    from publication.share_bands
    where month = $month and profile = $profile
    group by cluster_id
),

measured as (
    select
        cluster_id, 'RD&I-active' as criterion, 'share of firms that are active' as measure,
        if(rdi_active_band is null, rdi_active_share, null) as figure,
        rdi_active_band as band,
        rdi_min_share as threshold,
        is_rdi_active as is_met
    from tested
    left join banded using (cluster_id)
    union all
    -- A count of firms below the threshold of disclosure control does not appear, nor does what it follows from.
    select
        cluster_id, 'RD&I-active', 'active firms',
        if(rdi_active_firms >= $disclosure_min_firms and rdi_active_band is null, rdi_active_firms, null), null,
        $rdi_min_firms, is_rdi_active
    from tested
    left join banded using (cluster_id)
    union all
    select
        cluster_id, 'RD&I-active', 'p-value of the share against that of the sector',
        if(rdi_active_band is null, rdi_p_value, null), null, rdi_alpha, is_rdi_active
    from tested
    left join banded using (cluster_id)
    union all
    select
        cluster_id, 'co-located', 'share of located firms near one of them',
        if(colocated_band is null, colocated_share, null), colocated_band, colocated_min_share, is_colocated
    from tested
    left join banded using (cluster_id)
    union all
    select cluster_id, 'specialised', 'location quotient', location_quotient, null, 1, is_specialised from tested
    union all
    select
        cluster_id,
        'specialised',
        'adjusted p-value of the location quotient',
        specialised_q_value,
        null,
        specialised_alpha,
        is_specialised
    from tested
    union all
    select
        cluster_id, 'internally collaborative', 'joint projects', joint_projects, null, min_joint_projects,
        is_internally_collaborative
    from tested
    union all
    select
        cluster_id, 'internally collaborative', 'pairs with joint projects', joint_pairs, null, min_joint_pairs,
        is_internally_collaborative
    from tested
    union all
    select
        cluster_id, 'internally collaborative', 'p-value of joint work against networks of the same degrees',
        collaboration_p_value, null, collaboration_alpha, is_internally_collaborative
    from tested
)

select cluster_id, criterion, measure, round(figure, 4) as figure, band, threshold, is_met
from measured
order by cluster_id, criterion, measure
