with records as (
    select dataset, record_key, normalised_name, crn, entref
    from organisations.source_records
    where month = $month and (crn is not null or entref is not null)
),

named_places as (
    select distinct records.dataset, records.record_key, records.normalised_name, records.crn, places.postcode
    from records
    join organisations.source_places as places
        on places.dataset = records.dataset and places.record_key = records.record_key
    where places.month = $month and places.postcode is not null
),

-- An enterprise without a number is the company that bears its name at one of its sites, if just one does.
recognised as (
    select enterprises.dataset, enterprises.record_key, min(companies.crn) as crn
    from named_places as enterprises
    join named_places as companies
        on companies.normalised_name = enterprises.normalised_name and companies.postcode = enterprises.postcode
    where
        enterprises.dataset = 'idbr_enterprises' and enterprises.crn is null
        and companies.dataset in ('rtic_companies', 'companies_house')
    group by enterprises.dataset, enterprises.record_key
    having min(companies.crn) = max(companies.crn)
)

select
    records.dataset, records.record_key,
    coalesce('CRN-' || coalesce(records.crn, recognised.crn), 'ENT-' || records.entref) as organisation_id,
    case
        when records.crn is not null then 'crn'
        when recognised.crn is not null then 'name_postcode'
        else 'entref'
    end as match_rule
from records
left join recognised on recognised.dataset = records.dataset and recognised.record_key = records.record_key
order by records.dataset, records.record_key
