select
    'idbr_enterprises' as dataset, entref as record_key, 'local_unit' as place_kind, luref, postcode, employees
from used.idbr_local_units
where month = $month
union all
select 'rtic_companies', company_number, kind, null, postcode, employees
from used.rtic_locations
where month = $month
union all
select
    dataset, record_key, if(dataset = 'companies_house', 'registered', 'given'), null, postcode, null
from organisations.source_records
where month = $month and postcode is not null and not is_overseas
