-- The latest earlier month that this step was made for with the profile. One that ended without a cluster counts: its
-- groups were tested and, where there was none, the clusters before it ended. To look further back would raise those
-- again from the dead.
select max(month) as month
from (
    select month from typology.candidates where month < $month and profile = $profile
    union all
    select month from typology.cluster_events where month < $month and profile = $profile
) as made
