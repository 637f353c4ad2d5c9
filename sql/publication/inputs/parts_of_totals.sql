-- For the ledger.
select profile, label as total, cluster_id
from inputs.figure_parts
where table_name = 'totals'
