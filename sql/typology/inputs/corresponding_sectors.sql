-- Which sector of the earlier month is which of this one: of the sites of either, so large a share is in both. Where no
-- list changed, each is itself.
with pairs as (
    select n.scheme, e.sector as earlier_sector, n.sector, sum(n.sites) as sites
    from inputs.sectors_of_codes as n
    inner join inputs.sectors_of_codes as e on e.scheme = n.scheme and e.code = n.code
    where n.of_month = $month and e.of_month = $earlier_month
    group by n.scheme, e.sector, n.sector
),

shares as (
    select
        *,
        sites / sum(sites) over (partition by scheme, earlier_sector) as share_of_earlier,
        sites / sum(sites) over (partition by scheme, sector) as share_of_this
    from pairs
)

select scheme, earlier_sector, sector, sites::bigint as sites
from shares
where greatest(share_of_earlier, share_of_this) >= $correspondence_min_share
order by scheme, earlier_sector, sector
