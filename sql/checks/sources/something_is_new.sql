-- table: sources.drops
-- severity: warning
-- The month uses a drop that the last month made before it did not use; shipped lists do not count.
select earlier.month as month_before, 'a drop that it did not use' as expected, 'none' as actual
from (
    select max(drops.month) as month
    from sources.drops as drops
    where drops.month < $month
) as earlier
where
    earlier.month is not null
    and not exists (
        select 1
        from sources.drops as drops
        anti join (
            select
                used.dataset, used.sha256
            from sources.drops as used
            where used.month = (select max(other.month) from sources.drops as other where other.month < $month)
        ) as before
            on drops.dataset = before.dataset and drops.sha256 = before.sha256
        where drops.month = $month and not starts_with(drops.path, 'default:')
    )
