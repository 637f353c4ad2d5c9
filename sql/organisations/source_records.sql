-- Normalisation stands here and nowhere else: everything later compares normalised_name.
with named as (
    select
        'idbr_enterprises' as dataset, entref as record_key, name, crn, entref,
        null::varchar as postcode, legal_status as type_hint, false as is_overseas
    from used.idbr_enterprises
    where month = $month
    union all
    select 'rtic_companies', company_number, company_name, company_number, null, null, null, false
    from used.rtic_companies
    where month = $month
    union all
    select 'companies_house', company_number, name, company_number, null, postcode, category, false
    from used.companies_house
    where month = $month
    union all
    select
        dataset, concat_ws('|', participant_name, coalesce(crn, ''), coalesce(postcode, '')), participant_name, crn,
        null, postcode, min(enterprise_size), false
    from (
        select 'innovate_uk' as dataset, participant_name, crn, postcode, enterprise_size
        from used.innovate_uk
        where month = $month
        union all
        select 'innovate_uk_applications', participant_name, crn, postcode, enterprise_size
        from used.innovate_uk_applications
        where month = $month
    ) as participants
    group by dataset, participant_name, crn, postcode
    union all
    select
        'ukri', organisation_key, name, null, null, postcode, null,
        coalesce(lower(trim(region)) = 'outside uk', false)
    from used.ukri_organisations
    where month = $month
    union all
    select
        'cordis', organisation_key, arg_max(name, (project_id, name)), null, null,
        arg_max(postcode, (project_id, postcode)), arg_max(activity_type, (project_id, activity_type)), false
    from used.cordis_participants
    where month = $month and $use_cordis
    group by organisation_key
    union all
    select
        'publications', institutions.institution_key,
        -- An institution that no publication names goes by its key.
        coalesce(
            nullif(institutions.name, institutions.institution_key), registry.name, institutions.name
        ),
        null, null, null, coalesce(institutions.institution_type, registry.institution_type), false
    from used.institutions as institutions
    left join used.ror as registry
        on registry.month = $month and registry.ror = institutions.ror
    where institutions.month = $month
    union all
    select distinct
        signals.dataset, concat_ws('|', signals.organisation_name, coalesce(signals.crn, ''), ''),
        signals.organisation_name, signals.crn, null, null, null, false
    from used.activity_signals as signals
    where signals.month = $month
),

raised as (
    select *, upper(strip_accents(name)) as capitals
    from named
),

spelled as (
    -- Dots and apostrophes join (B.A.E., ST JOHN'S); all other punctuation parts. Most names have none.
    select
        *,
        case
            when regexp_full_match(capitals, '[A-Z0-9]+( [A-Z0-9]+)*') then capitals
            else trim(regexp_replace(
                regexp_replace(replace(capitals, '&', ' AND '), '[.''’`]', '', 'g'), '[^A-Z0-9]+', ' ', 'g'
            ))
        end as words
    from raised
),

shortened as (
    select
        *,
        regexp_replace(
            regexp_replace(words, '^THE ', ''),
            '( (PUBLIC LIMITED COMPANY|COMMUNITY INTEREST COMPANY|LIMITED LIABILITY PARTNERSHIP|LIMITED PARTNERSHIP'
            || '|LIMITED|LTD|PLC|LLP|LP|CIC|CIO|SCIO|CYFYNGEDIG|CYF|CCC|PAC|INCORPORATED|INC))+$',
            ''
        ) as stem
    from spelled
)

select
    dataset, record_key, name,
    -- A name without a Latin letter or digit stands for itself.
    coalesce(nullif(stem, ''), upper(trim(name))) as normalised_name,
    crn, entref, postcode, type_hint, is_overseas
from shortened
