"""What the typology reads: the queries over the layers before it, and over its own earlier months.

What belongs here: SQL that selects and joins. What does not: any criterion or figure.
"""

from __future__ import annotations

GROUPS = """
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
), members as (
    select group_id, organisation_id from spatial.group_members where month = $month and profile = $profile
    union all
    select group_id, organisation_id from network.group_members where month = $month and profile = $profile
), counted as (
    select
        m.group_id,
        count(distinct m.organisation_id) filter (where f.is_rdi_active) as rdi_active_firms,
        count(distinct m.organisation_id) filter (where f.is_funded) as funded_firms
    from members as m
    inner join flagged as f on f.organisation_id = m.organisation_id
    group by m.group_id
), groups as (
    select
        g.group_id, 'spatial' as approach, g.scheme, g.sector, $min_firms as min_firms, g.firms,
        1.0::double as colocated_share, true as is_colocated, null::varchar as centre_organisation_id,
        g.relative_density, g.scan_q_value
    from spatial.groups as g
    where g.month = $month and g.profile = $profile
    union all by name
    select
        g.group_id, 'network' as approach, null as scheme, null as sector, $community_min_firms as min_firms, g.firms,
        coalesce(c.colocated_share, 0) as colocated_share, coalesce(c.is_colocated, false) as is_colocated,
        c.centre_organisation_id,
        case when g.score is not null then g.partnerships / nullif(g.expected_partnerships, 0) end as relative_density,
        g.score_p_value as scan_q_value
    from network.groups as g
    left join network.colocation as c on c.month = g.month and c.profile = g.profile and c.group_id = g.group_id
    where g.month = $month and g.profile = $profile
)
select
    g.*,
    coalesce(n.rdi_active_firms, 0) as rdi_active_firms, coalesce(n.funded_firms, 0) as funded_firms,
    coalesce(t.joint_projects, 0) as joint_projects, coalesce(t.joint_pairs, 0) as joint_pairs,
    coalesce(t.collaboration_p_value, 1) as collaboration_p_value,
    coalesce(t.is_internally_collaborative, false) as is_internally_collaborative
from groups as g
left join counted as n on n.group_id = g.group_id
left join network.collaboration_tests as t
    on t.month = $month and t.profile = $profile and t.group_id = g.group_id
order by g.group_id
"""
"""Every group with what the layers before found out about it. A group nobody tested for joint work has none; an award
of 0 is no funding. Universities and the like count only where the profile takes them for firms [ours]."""

SPATIAL_MEMBERS = """
with points as (
    select m.group_id, g.scheme, g.sector, m.organisation_id, m.site_id
    from spatial.group_members as m
    inner join spatial.groups as g on g.month = m.month and g.profile = m.profile and g.group_id = m.group_id
    where m.month = $month and m.profile = $profile and m.group_id in (select unnest(string_split($groups, chr(10))))
), placed as (
    select site_id, organisation_id, coalesce(postcode, site_id) as place
    from organisations.apportioned_sites
    where month = $month and organisation_id in (select organisation_id from points)
)
select group_id, organisation_id, site_id from points
union
select q.group_id, q.organisation_id, p.site_id
from points as q
inner join placed as own on own.site_id = q.site_id
inner join placed as p on p.organisation_id = q.organisation_id and p.place = own.place
left join organisations.site_sectors as s
    on s.month = $month and s.site_id = p.site_id and s.scheme = q.scheme and s.sector = q.sector
where q.scheme = 'rdi' or s.site_id is not null
order by group_id, organisation_id, site_id
"""
"""The sites of the spatial groups named, a line each: all those its points stand for, one point an organisation,
postcode and sector. (One text, because a list of texts is bound a hundred times slower.)"""

NETWORK_MEMBERS = """
select group_id, organisation_id from network.group_members
where month = $month and profile = $profile
order by group_id, organisation_id
"""

_MEMBERS = """(
    select organisation_id from spatial.group_members
    where month = $month and profile = $profile and group_id in (select unnest(string_split($groups, chr(10))))
    union
    select organisation_id from network.group_members where month = $month and profile = $profile
)"""

ORGANISATIONS = f"""
select organisation_id, is_firm
from organisations.organisations
where month = $month and organisation_id in {_MEMBERS}
order by organisation_id
"""
"""The organisations in any community and in the spatial groups named, a line each."""

ORGANISATION_NAMES = """
select o.organisation_id, o.name
from organisations.organisations as o
where
    o.month = $month
    and o.organisation_id in (select organisation_id from network.participations where month = $month)
order by o.organisation_id
"""

SITES = f"""
select
    a.site_id, a.organisation_id, s.grid, a.easting, a.northing, a.latitude, a.longitude,
    s.region_code, s.local_authority_code,
    a.employees, a.turnover_gbp, a.iuk_funding_gbp, a.ukri_funding_gbp, a.publications, a.publications_fractional
from organisations.apportioned_sites as a
inner join organisations.sites as s on s.month = a.month and s.site_id = a.site_id
where a.month = $month and a.organisation_id in {_MEMBERS}
order by a.site_id
"""
"""Every located site of these organisations, with what is apportioned to it."""

SECTOR_FIRMS = """
with firms as (
    select distinct scheme, sector, organisation_id
    from organisations.site_sectors
    where month = $month
)
select
    s.scheme, s.sector,
    count(*) as firms,
    count(*) filter (where r.is_rdi_active) as rdi_active_firms
from firms as s
inner join organisations.organisations as o
    on o.month = $month and o.organisation_id = s.organisation_id and o.is_firm
left join organisations.rdi_activity as r on r.month = $month and r.organisation_id = s.organisation_id
group by s.scheme, s.sector
order by s.scheme, s.sector
"""

ALL_FIRMS = """
select count(*) as firms, count(*) filter (where r.is_rdi_active) as rdi_active_firms
from organisations.organisations as o
left join organisations.rdi_activity as r on r.month = o.month and r.organisation_id = o.organisation_id
where o.month = $month and o.is_firm
"""

SECTOR_SITES = """
select scheme, sector, count(*) as sites
from organisations.site_sectors
where month = $month
group by scheme, sector
union all
select g.scheme, g.sector, sum(a.sites)::bigint as sites
from (
    select distinct scheme, sector from spatial.groups
    where month = $month and profile = $profile and scheme = 'rdi'
) as g
cross join (
    select count(*) as sites
    from organisations.apportioned_sites as s
    inner join organisations.rdi_activity as r on r.month = s.month and r.organisation_id = s.organisation_id
    where s.month = $month and r.is_rdi_active
) as a
group by g.scheme, g.sector
order by scheme, sector
"""
"""Sites of each sector; for the run of all RD&I-active organisations, theirs."""

COMMUNITY_SECTORS = """
select distinct m.organisation_id, s.scheme, s.sector
from network.group_members as m
inner join organisations.site_sectors as s on s.month = m.month and s.organisation_id = m.organisation_id
where m.month = $month and m.profile = $profile
order by m.organisation_id, s.scheme, s.sector
"""
"""Sectors of the organisations in communities."""

QUOTIENTS = """
select group_id, scheme, sector, location_quotient, location_quotient_low, location_quotient_high, q_value
from spatial.location_quotients
where month = $month and profile = $profile
order by group_id, scheme, sector
"""

OUTLINES = """
select group_id, outline_wkt, area_km2, latitude, longitude
from spatial.outlines
where month = $month and profile = $profile
order by group_id
"""

PARTICIPATIONS = """
select application_id, organisation_id from network.participations
where month = $month
order by application_id, organisation_id
"""

TOWNS = """
select name, latitude, longitude, population, is_primary_urban_area
from reference.places
where as_of = (select as_of from sources.drops where month = $month and dataset = 'places')
order by name, region
"""

AREA_NAMES = """
select layer, code, max_by(name, as_of) as name
from reference.area_names
where as_of = date '1970-01-01'
    or as_of = (select as_of from sources.drops where month = $month and dataset = 'boundaries')
group by layer, code
order by layer, code
"""
"""The month's drop of boundaries where it has a name, else the shipped list."""

EARLIER_MONTH = """
select max(month) as month
from (
    select month from typology.candidates where month < $month and profile = $profile
    union all
    select month from typology.cluster_events where month < $month and profile = $profile
)
"""
"""The latest earlier month that this step was made for with the profile. One that ended without a cluster counts: its
groups were tested and, where there was none, the clusters before it ended. To look further back would raise those again
from the dead."""

EARLIER_CLUSTERS = """
select cluster_id, approach, scheme, sector, cluster_type, firms, employees
from typology.innovation_clusters
where month = $earlier_month and profile = $profile
order by cluster_id
"""

EARLIER_FIRMS = """
select distinct m.cluster_id, m.organisation_id
from typology.cluster_members as m
inner join organisations.organisations as o
    on o.month = m.month and o.organisation_id = m.organisation_id and o.is_firm
where m.month = $earlier_month and m.profile = $profile
order by m.cluster_id, m.organisation_id
"""

CLUSTER_OUTLINES = """
select cluster_id, outline_wkt from typology.innovation_clusters
where month = $month and profile = $profile and outline_wkt is not null order by cluster_id
"""

INSTITUTION_POINTS = """
select institution_key, longitude, latitude from organisations.institution_points where month = $month
"""
