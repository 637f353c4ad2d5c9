-- table: organisations.unlocated_funding
-- severity: warning
-- No more than max_unlocated_share of a funder's money is without a place.
with placed as (
    select funder, sum(amount_gbp) as amount_gbp
    from organisations.site_funding
    where month = $month
    group by funder
),

unplaced as (
    select funder, sum(amount_gbp) as amount_gbp
    from organisations.unlocated_funding
    where month = $month
    group by funder
)

select
    unplaced.funder, $max_unlocated_share as expected,
    round(unplaced.amount_gbp / nullif(unplaced.amount_gbp + coalesce(placed.amount_gbp, 0), 0), 4) as actual
from unplaced
left join placed on placed.funder = unplaced.funder
where unplaced.amount_gbp > $max_unlocated_share * (unplaced.amount_gbp + coalesce(placed.amount_gbp, 0))
order by unplaced.funder
