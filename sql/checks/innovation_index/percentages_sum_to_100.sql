-- table: innovation_index.clusters
-- severity: blocking
-- The percentages of a category sum to 100; where hdbscan leaves items out, to the share of those in clusters.
with summed as (
    select category, sum(percentage) as percentage, sum(items) as items
    from innovation_index.clusters
    where month = $month
    group by category
)

select
    runs.category,
    case runs.algorithm when 'kmeans' then 100.0 else 100.0 * summed.items / nullif(runs.items, 0) end as expected,
    coalesce(summed.percentage, 0) as actual
from innovation_index.runs as runs
left join summed on summed.category = runs.category
where
    runs.month = $month
    and case when runs.algorithm = 'kmeans' then runs.items > 0 else summed.items > 0 end
    and abs(expected - actual) > 1e-9
