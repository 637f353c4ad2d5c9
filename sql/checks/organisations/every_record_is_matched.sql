-- table: organisations.matches
-- severity: blocking
-- Every record of a source is exactly one organisation.
select records.dataset, records.record_key, 1 as expected, count(matches.organisation_id) as actual
from organisations.source_records as records
left join organisations.matches as matches
    on
        matches.month = records.month and matches.dataset = records.dataset
        and matches.record_key = records.record_key
where records.month = $month
group by records.dataset, records.record_key
having count(matches.organisation_id) <> 1
order by records.dataset, records.record_key
