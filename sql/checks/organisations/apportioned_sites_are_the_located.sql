-- table: organisations.apportioned_sites
-- severity: blocking
-- The apportioned sites are those that have a place and are not left out, all of them and no other.
with located as (
    select site_id
    from organisations.sites
    where month = $month and easting is not null and not is_excluded
),

apportioned as (
    select site_id
    from organisations.apportioned_sites
    where month = $month
)

select
    coalesce(located.site_id, apportioned.site_id) as site_id,
    located.site_id is not null as expected, apportioned.site_id is not null as actual
from located
full join apportioned on apportioned.site_id = located.site_id
where located.site_id is null or apportioned.site_id is null
order by site_id
