-- What became of each cluster since the latest earlier month in the warehouse: months are made in order.
with latest_earlier as (
    select max(month) as month from innovation_index.runs where month < $month
),

so_far as (
    select
        clusters.category,
        clusters.cluster_id,
        min(clusters.month) as first_month,
        count(*)::integer as months,
        min(rankings.rank) as best_rank
    from innovation_index.clusters as clusters
    inner join innovation_index.rankings as rankings
        on
            rankings.month = clusters.month and rankings.category = clusters.category
            and rankings.cluster_id = clusters.cluster_id
    where clusters.month <= $month
    group by clusters.category, clusters.cluster_id
),

now as (
    select category, cluster_id, name, radians(latitude) as north, radians(longitude) as east
    from innovation_index.clusters where month = $month
),

earlier as (
    select category, cluster_id, name, radians(latitude) as north, radians(longitude) as east
    from innovation_index.clusters where month = (select month from latest_earlier)
)

select
    so_far.category,
    so_far.cluster_id,
    case
        when now.cluster_id is null then 'ended'
        when earlier.cluster_id is null then 'born'
        when now.name <> earlier.name then 'renamed'
        else 'kept'
    end as event,
    so_far.first_month,
    so_far.months,
    so_far.best_rank,
    coalesce(now.name, earlier.name) as name,
    case when now.name <> earlier.name then earlier.name end as former_name,
    2 * 6371.0088 * asin(sqrt(
        pow(sin((now.north - earlier.north) / 2), 2)
        + cos(now.north) * cos(earlier.north) * pow(sin((now.east - earlier.east) / 2), 2)
    )) as moved_km
from so_far
left join now on now.category = so_far.category and now.cluster_id = so_far.cluster_id
left join earlier on earlier.category = so_far.category and earlier.cluster_id = so_far.cluster_id
where now.cluster_id is not null or earlier.cluster_id is not null
order by so_far.category, so_far.cluster_id
