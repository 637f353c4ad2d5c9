-- Every figure of the month that the rules look at, with the clusters it is made of.
select profile, table_name, label, cluster_id
from inputs.figure_parts
order by all
