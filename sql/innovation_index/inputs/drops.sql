select dataset, as_of, path, sha256
from sources.drops
where month = $month
