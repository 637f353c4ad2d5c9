select
    cluster_id, word, draws, round(mean_jaccard, 3) as mean_jaccard, round(low_jaccard, 3) as low_jaccard,
    round(sweep_mean_jaccard, 3) as sweep_mean_jaccard, round(sweep_least_jaccard, 3) as sweep_least_jaccard
from trust.stability
where month = $month and profile = $profile
order by cluster_id
