"""What disclosure control reads, as queries.

What belongs here: rows for the methods of this layer. What does not: any rule of disclosure control.
"""

from __future__ import annotations

CELLS = """
with
clusters as (
    select
        month, profile, cluster_id, cluster_type,
        if(scheme is null, 'communities', concat(scheme, ': ', sector)) as sector,
        coalesce(nullif(split_part(regions, '; ', 1), ''), 'not located') as main_region
    from typology.innovation_clusters
    where month = $month
    union all
    select
        month, profile, cluster_id, cluster_type,
        if(scheme is null, 'communities', concat(scheme, ': ', sector)) as sector, main_region
    from publication.clusters
    where month < $month
),

parts as (
    select month, profile, 'clusters' as table_name, cluster_id as label, cluster_id from clusters
    union all
    select month, profile, 'totals', 'all: all', cluster_id from clusters
    union all
    select month, profile, 'totals', concat('cluster_type: ', cluster_type), cluster_id from clusters
    union all
    select month, profile, 'totals', concat('sector: ', sector), cluster_id from clusters
    union all
    select month, profile, 'totals', concat('main_region: ', main_region), cluster_id from clusters
),

published as (
    select
        month, profile, 'clusters' as table_name, cluster_id as label,
        employees, employees_status, turnover_gbp, turnover_gbp_status
    from publication.clusters
    where month < $month
    union all
    select
        month, profile, 'totals', concat(dimension, ': ', member),
        employees, employees_status, turnover_gbp, turnover_gbp_status
    from publication.totals
    where month < $month
),

latest as (
    select profile, table_name, label,
        max(month) filter (where employees_status = '') as employees_month,
        max(month) filter (where turnover_gbp_status = '') as turnover_gbp_month
    from published
    group by profile, table_name, label
),

-- This month, the one published before it, and further back what a figure that was suppressed since was last given in.
needed as (
    select
        published.*,
        published.month is not distinct from latest.employees_month as is_latest_employees,
        published.month is not distinct from latest.turnover_gbp_month as is_latest_turnover_gbp
    from published
    join latest using (profile, table_name, label)
    where
        published.month in (latest.employees_month, latest.turnover_gbp_month)
        or published.month = (select max(month) from publication.clusters where month < $month)
)
"""
"""Every figure that the rules look at, of this month and of what was published before; a part of the queries below."""

CELL_ROWS = f"""
{CELLS}
select
    parts.month, parts.profile, parts.table_name, parts.label,
    list(parts.cluster_id order by parts.cluster_id) as parts,
    any_value(needed.employees) as employees,
    any_value(needed.employees_status) as employees_status,
    coalesce(bool_or(needed.is_latest_employees), false) as is_latest_employees,
    any_value(needed.turnover_gbp) as turnover_gbp,
    any_value(needed.turnover_gbp_status) as turnover_gbp_status,
    coalesce(bool_or(needed.is_latest_turnover_gbp), false) as is_latest_turnover_gbp
from parts
left join needed using (month, profile, table_name, label)
where parts.month = $month or needed.label is not null
group by parts.month, parts.profile, parts.table_name, parts.label
order by parts.month desc, parts.profile, parts.table_name, parts.label
"""
"""Cells: clusters and totals, with the clusters each is made of and, of earlier months, what was published."""

CONTRIBUTIONS = f"""
{CELLS},

sites as (
    select distinct members.month, members.profile, members.cluster_id, members.site_id
    from typology.cluster_members as members
    where members.site_id is not null and members.month in (select month from needed union select $month)
),

held as (
    select
        sites.month, sites.profile, sites.cluster_id, apportioned.organisation_id,
        sum(apportioned.employees * 100)::bigint as employees,
        sum(apportioned.turnover_gbp * 100)::bigint as turnover_gbp
    from sites
    join organisations.apportioned_sites as apportioned
        on apportioned.month = sites.month and apportioned.site_id = sites.site_id
    where apportioned.employees is not null or apportioned.turnover_gbp is not null
    group by sites.month, sites.profile, sites.cluster_id, apportioned.organisation_id
)

select
    parts.month, parts.profile, parts.table_name, parts.label, held.organisation_id,
    sum(held.employees)::bigint as employees,
    sum(held.turnover_gbp)::bigint as turnover_gbp
from parts
join held using (month, profile, cluster_id)
left join needed using (month, profile, table_name, label)
where parts.month = $month or needed.label is not null
group by parts.month, parts.profile, parts.table_name, parts.label, held.organisation_id
"""
"""What each business holds of each cell, in hundredths."""

CLUSTERS = """
select
    c.*, i.funded_firms_share, i.sector_sites_share, i.location_quotient_low, i.location_quotient_high,
    i.area_km2, i.firms_growth_share,
    coalesce(nullif(split_part(c.regions, '; ', 1), ''), 'not located') as main_region
from typology.innovation_clusters as c
inner join typology.cluster_indicators as i using (month, profile, cluster_id)
where c.month = $month
order by c.profile, c.cluster_id
"""

YEAR_BEFORE = """
select profile, cluster_id, employees as employees_then
from publication.clusters
where month = $month - interval 12 month and employees_status = ''
"""

MEMBERS = """
select distinct concat(profile, ' ', cluster_id) as group_id, organisation_id
from typology.cluster_members
where month = $month
order by group_id, organisation_id
"""

PARTICIPATIONS = """
select application_id, organisation_id from network.participations
where month = $month
order by application_id, organisation_id
"""

NAMEABLE = """
select organisation_id, name
from organisations.organisations
where
    month = $month
    and (
        crn is not null
        or organisation_type in ('university', 'research_organisation', 'public_body', 'charity')
    )
order by organisation_id
"""
"""Organisations that are surely no natural person: companies on the register, and institutions."""

FIRM_SECTORS = """
select distinct members.profile, members.cluster_id, members.organisation_id, sectors.scheme, sectors.sector
from typology.cluster_members as members
inner join organisations.organisations as firms
    on firms.month = members.month and firms.organisation_id = members.organisation_id and firms.is_firm
left join organisations.site_sectors as sectors
    on sectors.month = members.month and sectors.site_id = members.site_id
where members.month = $month
order by all
"""
"""Sectors of each cluster's firms at its sites there; a null sector where a site has none."""
