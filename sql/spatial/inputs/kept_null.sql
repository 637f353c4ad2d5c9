select distinct cases, draws, location, scale
from spatial.scan_null
where background_fingerprint = $fingerprint
