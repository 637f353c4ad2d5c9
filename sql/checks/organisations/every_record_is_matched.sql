-- table: organisations.matches
-- severity: blocking
-- Every record of a source is an organisation; that it is but one, the key says.
select records.dataset, records.record_key, 1 as expected, 0 as actual
from organisations.source_records as records
anti join organisations.matches as matches
    on
        matches.month = records.month and matches.dataset = records.dataset
        and matches.record_key = records.record_key
where records.month = $month
order by records.dataset, records.record_key
