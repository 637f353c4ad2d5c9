select
    'idbr_enterprises' as dataset, entref as record_key, 'local_unit' as place_kind, luref, postcode, employees
from sources.idbr_local_units
where as_of = (select as_of from sources.drops where month = $month and dataset = 'idbr_local_units')
union all
select 'rtic_companies', company_number, kind, null, postcode, employees
from sources.rtic_locations
where as_of = (select as_of from sources.drops where month = $month and dataset = 'rtic_locations')
union all
select
    dataset, record_key, if(dataset = 'companies_house', 'registered', 'given'), null, postcode, null
from organisations.source_records
where month = $month and postcode is not null and not is_overseas
