-- The outlines of sure members, with how many of these are firms.
with firms as (
    select distinct profile, cluster_id, organisation_id
    from typology.cluster_members
    where month = $month and is_firm
)

select
    outlines.profile, outlines.cluster_id, outlines.share, outlines.outline_wkt,
    count(distinct firms.organisation_id) as firms
from trust.stable_outlines as outlines
join trust.member_stability as members
    on
        members.month = outlines.month and members.profile = outlines.profile
        and members.cluster_id = outlines.cluster_id and members.share_inside >= outlines.share
join firms
    on
        firms.profile = members.profile and firms.cluster_id = members.cluster_id
        and firms.organisation_id = members.organisation_id
where outlines.month = $month and outlines.outline_wkt is not null
group by outlines.profile, outlines.cluster_id, outlines.share, outlines.outline_wkt
order by outlines.profile, outlines.cluster_id, outlines.share
