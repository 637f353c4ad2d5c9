-- table: innovation_index.rank_changes
-- severity: blocking
-- Every ranked cluster has one row, with its rank and share, and the change is the difference of the two ranks.
select
    coalesce(ranked.category, compared.category) as category,
    coalesce(ranked.cluster_id, compared.cluster_id) as cluster_id,
    format('rank {}, before {}', ranked.rank, ranked.rank + compared.rank_change_month) as expected,
    format('rank {}, before {}', compared.rank, compared.rank_last_month) as actual
from (select * from innovation_index.rankings where month = $month) as ranked
full outer join (select * from innovation_index.rank_changes where month = $month) as compared
    on compared.category = ranked.category and compared.cluster_id = ranked.cluster_id
where
    ranked.rank is distinct from compared.rank
    or ranked.percentage is distinct from compared.percentage
    or ranked.rank + compared.rank_change_month is distinct from compared.rank_last_month
    or ranked.rank + compared.rank_change_year is distinct from compared.rank_last_year
order by category, cluster_id
