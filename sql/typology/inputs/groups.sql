-- Every group with what the layers before found out about it. A group nobody tested for joint work has none; an award
-- of 0 is no funding. Universities and the like count only where the profile takes them for firms [ours].
with flagged as (
    select
        o.organisation_id,
        coalesce(r.is_rdi_active, false) as is_rdi_active,
        f.organisation_id is not null as is_funded
    from organisations.organisations as o
    left join organisations.rdi_activity as r on r.month = o.month and r.organisation_id = o.organisation_id
    left join (
        select distinct organisation_id from organisations.funding where month = $month and amount_gbp > 0
    ) as f on f.organisation_id = o.organisation_id
    where o.month = $month and o.is_firm and (r.is_rdi_active or f.organisation_id is not null)
),

members as (
    select group_id, organisation_id from spatial.group_members where month = $month and profile = $profile
    union all
    select group_id, organisation_id from network.group_members where month = $month and profile = $profile
),

-- Firms of each community at each place: those of a pair of coordinates, which are a postcode's.
at_places as (
    select m.group_id, s.grid, a.easting, a.northing, count(distinct m.organisation_id) as firms
    from network.group_members as m
    inner join organisations.organisations as o on o.month = m.month and o.organisation_id = m.organisation_id
    inner join organisations.apportioned_sites as a on a.month = m.month and a.organisation_id = m.organisation_id
    inner join organisations.sites as s on s.month = a.month and s.site_id = a.site_id
    where m.month = $month and m.profile = $profile and o.is_firm
    group by m.group_id, s.grid, a.easting, a.northing
),

addresses as (
    select group_id, count(*) as places, max(firms) as most_at_place from at_places group by group_id
),

counted as (
    select
        m.group_id,
        count(distinct m.organisation_id) filter (where f.is_rdi_active) as rdi_active_firms,
        count(distinct m.organisation_id) filter (where f.is_funded) as funded_firms
    from members as m
    inner join flagged as f on f.organisation_id = m.organisation_id
    group by m.group_id
),

groups as (
    select
        g.group_id, 'spatial' as approach, g.scheme, g.sector, $min_firms as min_firms, g.firms,
        g.places, g.address_share,
        1.0::double as colocated_share, null::bigint as colocated_firms,
        null::varchar as centre_organisation_id,
        g.relative_density, g.scan_q_value
    from spatial.groups as g
    where g.month = $month and g.profile = $profile
    union all by name
    select
        g.group_id, 'network' as approach, null as scheme, null as sector, $community_min_firms as min_firms, g.firms,
        d.places, d.most_at_place / nullif(g.firms, 0) as address_share,
        coalesce(c.colocated_share, 0) as colocated_share, coalesce(c.colocated_firms, 0) as colocated_firms,
        c.centre_organisation_id,
        case when g.score is not null then g.partnerships / nullif(g.expected_partnerships, 0) end as relative_density,
        g.score_p_value as scan_q_value
    from network.groups as g
    left join addresses as d on d.group_id = g.group_id
    left join network.colocation as c on c.month = g.month and c.profile = g.profile and c.group_id = g.group_id
    where g.month = $month and g.profile = $profile
)

select
    g.*,
    coalesce(n.rdi_active_firms, 0) as rdi_active_firms, coalesce(n.funded_firms, 0) as funded_firms,
    coalesce(t.joint_projects, 0) as joint_projects, coalesce(t.joint_pairs, 0) as joint_pairs,
    coalesce(t.collaboration_p_value, 1) as collaboration_p_value
from groups as g
left join counted as n on n.group_id = g.group_id
left join network.collaboration_tests as t
    on t.month = $month and t.profile = $profile and t.group_id = g.group_id
order by g.group_id
