-- Firms as numbers: millions of rows are read, and which number a firm has makes no difference.
with firms as (
    select organisation_id, row_number() over () - 1 as firm
    from organisations.organisations
    where month = $month and is_firm
)

select
    firms.firm,
    sites.longitude,
    sites.latitude,
    coalesce(activity.is_rdi_active, false) as is_rdi_active
from organisations.sites as sites
inner join firms on firms.organisation_id = sites.organisation_id
left join organisations.rdi_activity as activity
    on activity.month = $month and activity.organisation_id = sites.organisation_id and activity.is_rdi_active
where
    sites.month = $month
    and not sites.is_excluded
    and sites.geocode_quality <> 'unlocated'
