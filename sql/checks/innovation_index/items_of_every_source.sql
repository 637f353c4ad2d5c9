-- table: innovation_index.items
-- severity: warning
-- Every kind of item that the month has a drop of has items: else none could be placed, or none is of late enough.
select known.kind, 'items' as expected, 'none' as actual
from (
    select distinct
        case
            when dataset in ('businesses', 'rtic_locations') then 'business' when dataset = 'events' then 'event'
            else 'paper'
        end as kind
    from sources.drops
    where
        month = $month
        and dataset in ('businesses', 'rtic_locations', 'events', 'publications')
        and not exists (select 1 from sources.drops where month = $month and dataset = 'activity_points')
) as known
where known.kind not in (select kind from innovation_index.items where month = $month)
order by known.kind
