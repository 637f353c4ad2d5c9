-- table: organisations.apportioned_sites
-- severity: blocking
-- Each funder's money over the apportioned sites is what its projects put at sites, to the penny.
with apportioned as (
    select funder, sum(amount_gbp) as amount_gbp
    from (
        select 'innovate_uk' as funder, iuk_funding_gbp as amount_gbp
        from organisations.apportioned_sites
        where month = $month
        union all
        select 'ukri', ukri_funding_gbp
        from organisations.apportioned_sites
        where month = $month
    ) as columns_as_rows
    group by funder
),

placed as (
    select funder, sum(amount_gbp) as amount_gbp
    from organisations.site_funding
    where month = $month
    group by funder
)

select
    coalesce(placed.funder, apportioned.funder) as funder,
    coalesce(placed.amount_gbp, 0) as expected, coalesce(apportioned.amount_gbp, 0) as actual
from placed
full join apportioned on apportioned.funder = placed.funder
where coalesce(placed.amount_gbp, 0) <> coalesce(apportioned.amount_gbp, 0)
order by funder
