with numbered as (
    select dataset, record_key, normalised_name, crn, entref
    from organisations.source_records
    where month = $month and (crn is not null or entref is not null)
),

-- A registered society's number ends with a letter or two, which people leave out (IP28341 of IP28341R): it is that of
-- the society that has these digits, if just one does.
societies as (
    select left(crn, 2) || lpad(regexp_extract(crn, '[0-9]+'), 6, '0') as without_letter, min(crn) as crn
    from numbered
    where right(crn, 1) between 'A' and 'Z'
    group by without_letter
    having min(crn) = max(crn)
),

records as (
    select
        numbered.dataset, numbered.record_key, numbered.normalised_name, numbered.entref,
        coalesce(societies.crn, numbered.crn) as crn
    from numbered
    left join societies on societies.without_letter = numbered.crn
),

unnumbered as (
    select dataset, record_key, normalised_name
    from records
    where dataset = 'idbr_enterprises' and crn is null
),

-- Only companies that share a name with one of these can be it.
namesakes as (
    select dataset, record_key, normalised_name, crn
    from records
    where
        dataset in ('rtic_companies', 'companies_house')
        and normalised_name in (select normalised_name from unnumbered)
),

-- An enterprise without a number is the company that bears its name at one of its sites, if just one does.
recognised as (
    select enterprises.dataset, enterprises.record_key, min(companies.crn) as crn
    from unnumbered as enterprises
    join organisations.source_places as enterprise_places
        on
            enterprise_places.dataset = enterprises.dataset
            and enterprise_places.record_key = enterprises.record_key
    join namesakes as companies on companies.normalised_name = enterprises.normalised_name
    join organisations.source_places as company_places
        on
            company_places.dataset = companies.dataset and company_places.record_key = companies.record_key
            and company_places.postcode = enterprise_places.postcode
    where enterprise_places.month = $month and company_places.month = $month
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
