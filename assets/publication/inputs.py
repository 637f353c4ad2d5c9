"""What disclosure control reads, as queries.

What belongs here: rows for the methods of this layer. What does not: any rule of disclosure control.
"""

from __future__ import annotations

_PARTS = """
clusters as (
    select
        month, profile, cluster_id, cluster_type,
        if(scheme is null, 'communities', concat(scheme, ': ', sector)) as sector,
        coalesce(nullif(split_part(regions, '; ', 1), ''), 'not located') as main_region
    from typology.innovation_clusters
    where month = $month
),

parts as (
    select profile, 'clusters' as table_name, cluster_id as label, cluster_id from clusters
    union all
    select profile, 'totals', 'all: all', cluster_id from clusters
    union all
    select profile, 'totals', concat('cluster_type: ', cluster_type), cluster_id from clusters
    union all
    select profile, 'totals', concat('sector: ', sector), cluster_id from clusters
    union all
    select profile, 'totals', concat('main_region: ', main_region), cluster_id from clusters
)
"""
"""The month's clusters, and which of them each figure is the sum of."""

_HELD = """
sites as (
    select distinct profile, cluster_id, site_id
    from typology.cluster_members
    where month = $month and site_id is not null
),

held as (
    select
        sites.profile, sites.cluster_id, apportioned.organisation_id,
        sum(apportioned.employees * 100)::bigint as employees,
        sum(apportioned.turnover_gbp * 100)::bigint as turnover_gbp
    from sites
    join organisations.apportioned_sites as apportioned
        on apportioned.month = $month and apportioned.site_id = sites.site_id
    group by sites.profile, sites.cluster_id, apportioned.organisation_id
),

cell_held as (
    select parts.profile, parts.table_name, parts.label, measure, organisation_id, sum(value)::bigint as value
    from parts
    join (unpivot held on employees, turnover_gbp into name measure value value) using (profile, cluster_id)
    group by parts.profile, parts.table_name, parts.label, measure, organisation_id
),

-- Figures with the same digest are one: the same businesses hold the same amounts. One that holds nothing hides nobody.
figures as (
    select
        profile, table_name, label, measure,
        sha256(concat(measure, ': ', coalesce(
            string_agg(concat(organisation_id, ' ', value), ', ' order by organisation_id) filter (value > 0), ''
        ))) as figure,
        sum(value)::bigint as value
    from cell_held
    group by profile, table_name, label, measure
)
"""
"""What each business holds of each figure of the month, in hundredths; and what tells figures from one another."""

PARTS = f"""
with
{_PARTS}

select profile, table_name, label, cluster_id from parts
order by all
"""
"""Every figure of the month that the rules look at, with the clusters it is made of."""

FIGURES = f"""
with
{_PARTS},
{_HELD}

select profile, table_name, label, measure, figure, value from figures
order by all
"""
"""The figures that some source gives."""

RELEASED = """
select month, release, profile, table_name, label, measure, figure, value, given, base
from ledger.released
order by all
"""

RELEASED_PARTS = "select month, release, profile, total, cluster_id from ledger.released_parts order by all"

RELEASED_SUMS = "select * from ledger.released_sums order by month, release, measure, kind, number, figure"

RELEASES = "select month, release, parameters from ledger.releases order by month, release"

UNKNOWN_RELEASES = """
select distinct month from publication.clusters
where month != $month and month not in (select month from ledger.releases)
order by month
"""
"""Months that were published before there was a ledger of releases."""

CONTRIBUTIONS = f"""
with
{_PARTS},
{_HELD},

-- What this month's figures are compared with: releases nearby, and what a figure that is older was last given as.
compared as (
    select measure, figure
    from ledger.released
    where
        month between $month - to_months($differences_months::integer)
        and $month + to_months($differences_months::integer)
    union
    select measure, figure
    from ledger.released
    where given is not null
    qualify row_number() over (
        partition by profile, table_name, label, measure order by month desc, release desc
    ) = 1
),

-- One cell of each that this month has not.
earlier as (
    select released.*
    from ledger.released as released
    join compared using (measure, figure)
    where figure not in (select figure from figures)
    qualify row_number() over (
        partition by figure order by table_name, month desc, release desc, profile, label
    ) = 1
),

earlier_held as (
    select earlier.measure, earlier.figure, holdings.organisation_id, holdings.value
    from earlier
    join ledger.released_holdings as holdings using (figure)
    where earlier.table_name = 'clusters'
    union all
    select earlier.measure, earlier.figure, holdings.organisation_id, holdings.value
    from earlier
    join ledger.released_parts as of_total
        on of_total.month = earlier.month and of_total.release = earlier.release
        and of_total.profile = earlier.profile and of_total.total = earlier.label
    join ledger.released as part
        on part.month = earlier.month and part.release = earlier.release and part.profile = earlier.profile
        and part.table_name = 'clusters' and part.label = of_total.cluster_id and part.measure = earlier.measure
    join ledger.released_holdings as holdings on holdings.figure = part.figure
    where earlier.table_name = 'totals'
),

everything as (
    select distinct figures.measure, figures.figure, cell_held.organisation_id, cell_held.value
    from figures
    join cell_held using (profile, table_name, label, measure)
    union all
    select measure, figure, organisation_id, sum(value)::bigint from earlier_held
    group by measure, figure, organisation_id
)

select measure, figure, dense_rank() over (order by organisation_id)::bigint as organisation, value
from everything
order by all
"""
"""What each business holds of each figure, of this month and of the earlier ones that it is compared with."""

HOLDINGS = f"""
with
{_PARTS},
{_HELD}

select distinct figures.figure, cell_held.organisation_id, cell_held.value
from figures
join cell_held using (profile, table_name, label, measure)
where figures.table_name = 'clusters' and figures.figure not in (select figure from ledger.released_holdings)
"""
"""For the ledger: what each business holds of the month's clusters, of figures that it does not have yet."""

PARTS_OF_TOTALS = f"""
with
{_PARTS}

select profile, label as total, cluster_id from parts where table_name = 'totals'
"""
"""For the ledger."""

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

SHARES = """
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
