-- table: organisations.organisations
-- severity: blocking
-- Every match points to an organisation of the month.
select matches.dataset, matches.record_key, matches.organisation_id as expected, null as actual
from organisations.matches as matches
anti join organisations.organisations as organisations
    on organisations.month = matches.month and organisations.organisation_id = matches.organisation_id
where matches.month = $month
order by matches.dataset, matches.record_key
