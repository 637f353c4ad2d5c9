select item_id, kind, source_key
from innovation_index.items
where month = $month
