with places as (
    select organisation_id, latitude, longitude
    from organisations.sites
    where month = $month and latitude is not null and not is_excluded
    qualify row_number() over (partition by organisation_id order by employees desc nulls last, site_id asc) = 1
),

communities as (
    select organisation_id, group_id as community
    from network.group_members where month = $month and profile = $profile
),

clusters as (
    select members.organisation_id, string_agg(distinct found.name, '; ' order by found.name) as clusters
    from typology.cluster_members as members
    inner join typology.innovation_clusters as found
        on found.month = members.month and found.profile = members.profile and found.cluster_id = members.cluster_id
    where members.month = $month and members.profile = $profile
    group by members.organisation_id
)

select
    organisations.organisation_id, organisations.name, organisations.organisation_type, organisations.is_firm,
    organisations.crn, organisations.employees, places.latitude, places.longitude,
    communities.community, clusters.clusters
from organisations.organisations as organisations
left join places using (organisation_id)
left join communities using (organisation_id)
left join clusters using (organisation_id)
where organisations.month = $month
order by organisations.organisation_id
