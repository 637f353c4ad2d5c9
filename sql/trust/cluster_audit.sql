with members as (
    select cluster_id, organisation_id, site_id, coalesce(is_firm, false) as is_firm
    from typology.cluster_members
    where month = $month and profile = $profile
),

sites as (
    select site_id, organisation_id, geocode_quality, employees as counted_employees, is_registered_only
    from organisations.sites
    where month = $month
),

carried as (
    select site_id, organisation_id, employees, turnover_gbp
    from organisations.apportioned_sites
    where month = $month
),

several as (
    select organisation_id
    from carried
    group by organisation_id
    having count(*) > 1
),

sources as (
    select organisation_id, employees_source
    from organisations.organisations
    where month = $month
),

-- A site's figure is an estimate where it is the middle of a size band, or its share of an organisation of several
-- sites; a share of employees that is the very count of the site is none.
figures as (
    select
        carried.site_id, carried.employees is not null or carried.turnover_gbp is not null as has_figure,
        (carried.employees is not null and sources.employees_source = 'size_band')
        or (
            several.organisation_id is not null
            and (
                carried.turnover_gbp is not null
                or (carried.employees is not null and carried.employees is distinct from sites.counted_employees)
            )
        ) as is_estimate
    from carried
    join sites on sites.site_id = carried.site_id
    join sources on sources.organisation_id = carried.organisation_id
    left join several on several.organisation_id = carried.organisation_id
),

firms as (
    select
        members.cluster_id, members.organisation_id,
        bool_and(coalesce(sites.is_registered_only, false)) as is_registered_only,
        bool_or(coalesce(figures.has_figure, false)) as has_figure,
        bool_or(coalesce(figures.is_estimate, false)) as is_estimate
    from members
    left join sites on sites.site_id = members.site_id
    left join figures on figures.site_id = members.site_id
    where members.is_firm
    group by members.cluster_id, members.organisation_id
),

of_firms as (
    select
        cluster_id, count(*) as firms,
        count(*) filter (where is_registered_only) as registered_office_only_firms,
        count(*) filter (where has_figure) as figured_firms,
        count(*) filter (where is_estimate) as estimated_firms
    from firms
    group by cluster_id
),

-- A counted unit has a postcode of its area and not its own.
of_sites as (
    select
        members.cluster_id, count(distinct members.site_id) as located_sites,
        count(distinct members.site_id) filter (
            where sites.geocode_quality in ('terminated_postcode', 'sector', 'district')
            or starts_with(members.site_id, 'BC-')
        ) as fallback_sites
    from members
    join sites on sites.site_id = members.site_id
    where sites.geocode_quality <> 'unlocated'
    group by members.cluster_id
)

select
    clusters.cluster_id, coalesce(of_firms.firms, 0) as firms,
    coalesce(of_firms.registered_office_only_firms, 0) as registered_office_only_firms,
    of_firms.registered_office_only_firms / nullif(of_firms.firms, 0) as registered_office_only_share,
    coalesce(of_firms.figured_firms, 0) as figured_firms, coalesce(of_firms.estimated_firms, 0) as estimated_firms,
    of_firms.estimated_firms / nullif(of_firms.figured_firms, 0) as estimated_figures_share,
    coalesce(of_sites.located_sites, 0) as located_sites, coalesce(of_sites.fallback_sites, 0) as fallback_sites,
    of_sites.fallback_sites / nullif(of_sites.located_sites, 0) as fallback_coordinates_share
from typology.innovation_clusters as clusters
left join of_firms on of_firms.cluster_id = clusters.cluster_id
left join of_sites on of_sites.cluster_id = clusters.cluster_id
where clusters.month = $month and clusters.profile = $profile
order by clusters.cluster_id
