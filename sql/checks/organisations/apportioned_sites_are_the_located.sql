-- table: organisations.apportioned_sites
-- severity: blocking
-- The apportioned sites are those that have a place and are not left out, all of them and no other.
with located as (
    select hash(site_id) as site
    from organisations.sites
    where month = $month and easting is not null and not is_excluded
),

apportioned as (
    select hash(site_id) as site
    from organisations.apportioned_sites
    where month = $month
)

select site_id, true as expected, false as actual
from organisations.sites
where
    month = $month and easting is not null and not is_excluded
    and hash(site_id) in (select site from located anti join apportioned using (site))
union all
select site_id, false, true
from organisations.apportioned_sites
where month = $month and hash(site_id) in (select site from apportioned anti join located using (site))
order by site_id
