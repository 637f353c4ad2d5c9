select month, release, profile, table_name, label, measure, figure, value, given, base
from ledger.released
order by all
