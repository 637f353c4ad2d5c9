with compared as (
    select
        ranked.category,
        ranked.cluster_id,
        ranked.rank,
        ranked.percentage,
        month_before.rank as rank_last_month,
        month_before.percentage as percentage_last_month,
        year_before.rank as rank_last_year,
        year_before.percentage as percentage_last_year
    from innovation_index.rankings as ranked
    left join innovation_index.rankings as month_before
        on
            month_before.month = ranked.month - interval 1 month
            and month_before.category = ranked.category
            and month_before.cluster_id = ranked.cluster_id
    left join innovation_index.rankings as year_before
        on
            year_before.month = ranked.month - interval 12 month
            and year_before.category = ranked.category
            and year_before.cluster_id = ranked.cluster_id
    where ranked.month = $month
)

select
    *,
    rank_last_month - rank as rank_change_month,
    percentage - percentage_last_month as percentage_change_month,
    rank_last_year - rank as rank_change_year,
    percentage - percentage_last_year as percentage_change_year
from compared
order by category, rank
