with records as (
    select
        matches.organisation_id, records.dataset, records.record_key, records.name, records.normalised_name,
        records.crn, records.entref, records.is_overseas, lower(records.type_hint) as hint,
        -- The register's spelling of a name goes before any other.
        case records.dataset
            when 'idbr_enterprises' then 1
            when 'companies_house' then 2
            when 'rtic_companies' then 3
            when 'publications' then 4
            when 'ukri' then 5
            when 'cordis' then 7
            else 6
        end as name_rank
    from organisations.matches as matches
    join organisations.source_records as records
        on records.dataset = matches.dataset and records.record_key = matches.record_key
    where matches.month = $month and records.month = $month
),

-- What a record states. Universities and public bodies of plain name go by it whatever their legal form: one look
-- for any of the words that make such a name comes before the closer ones.
stated as (
    select
        *,
        case
            when is_overseas then 'overseas'
            when regexp_matches(
                normalised_name, 'NHS|COUNCIL|MINISTRY|DEPARTMENT|^HM |MAJESTYS|POLICE|UNIVERSITY'
            ) then case
                when regexp_matches(
                    normalised_name,
                    '(^| )NHS( |$)|(^| )(CITY|COUNTY|BOROUGH|DISTRICT|TOWN|PARISH|RESEARCH|FACILITIES) COUNCIL$'
                    || '|^MINISTRY OF |^DEPARTMENT (FOR|OF) |^(HM|HIS MAJESTYS|HER MAJESTYS) | POLICE$'
                ) then 'public_body'
                when regexp_matches(normalised_name, '(^| )UNIVERSITY($| OF | COLLEGE )') then 'university'
            end
        end as named_type
    from records
),

hinted as (
    select
        *,
        coalesce(
            named_type,
            case
                when dataset = 'rtic_companies' then 'business'
                when dataset = 'idbr_enterprises'
                    then
                        case
                            when
                                regexp_matches(hint, '^[456]$|public corporation|government|local authority')
                                then 'public_body'
                            when regexp_matches(hint, '^7$|non.?profit') then 'charity by default'
                            when hint is not null then 'business'
                        end
                when dataset = 'companies_house'
                    then
                        case
                            when regexp_matches(hint, 'further education|sixth form') then 'university'
                            when regexp_matches(hint, 'charitable|royal charter|exemption') then 'charity by default'
                            else 'business'
                        end
                when dataset = 'publications'
                    then
                        case hint
                            when 'education' then 'university'
                            when 'facility' then 'research_organisation'
                            when 'government' then 'public_body'
                            when 'healthcare' then 'public_body'
                            when 'archive' then 'public_body'
                            when 'nonprofit' then 'charity by default'
                            when 'company' then 'business'
                        end
                when dataset = 'cordis'
                    then
                        case hint
                            when 'hes' then 'university'
                            when 'rec' then 'research_organisation by default'
                            when 'pub' then 'public_body'
                        end
                when hint = 'academic' and regexp_matches(normalised_name, '(^| )(RESEARCH|CENTRE)( |$)')
                    then 'research_organisation'
                when hint = 'academic' then 'university by default'
            end
        ) as hinted_type
    from stated
),

-- What a name alone makes likely is asked only where nothing firmer is stated.
likely as (
    select
        *,
        case
            when hinted_type is not null and not ends_with(hinted_type, ' by default') then null
            when regexp_matches(normalised_name, '(^| )COLLEGE($| OF | LONDON)') then 'university'
            when regexp_matches(
                normalised_name,
                '(^| )(INSTITUTE|CATAPULT|OBSERVATORY)( |$)|(^| )RESEARCH (CENTRE|ORGANISATION|ASSOCIATION)( |$)'
                || '|^NATIONAL [A-Z ]*LABORATORY$'
            ) then 'research_organisation'
            when regexp_matches(normalised_name, ' COUNCIL$') then 'public_body'
            when regexp_matches(normalised_name, '(^| )CHARITABLE | (CHARITY|FOUNDATION|TRUST)$') then 'charity'
        end as likely_type
    from hinted
),

-- The organisations of several records: for the others, no record has to go before another.
several as (
    select organisation_id
    from organisations.matches
    where month = $month
    group by organisation_id
    having count(*) > 1
),

judged as (
    select
        likely.organisation_id, name, crn, entref, is_overseas, likely_type,
        if(several.organisation_id is null, '', name_rank || dataset || '|' || record_key) as rank,
        if(
            ends_with(hinted_type, ' by default'),
            coalesce(likely_type, split_part(hinted_type, ' ', 1)),
            hinted_type
        ) as stated_type
    from likely
    left join several on several.organisation_id = likely.organisation_id
),

-- Any particular statement goes before that of being a company, which universities and charities often are too.
typed as (
    select
        organisation_id,
        arg_min(name, rank) as name,
        min(crn) as record_crn,
        min(entref) as entref,
        case
            when bool_and(is_overseas) then 'overseas'
            when bool_or(stated_type = 'university') then 'university'
            when bool_or(stated_type = 'public_body') then 'public_body'
            when bool_or(stated_type = 'research_organisation') then 'research_organisation'
            when bool_or(stated_type = 'charity') then 'charity'
            when bool_or(stated_type = 'business') then 'business'
            else coalesce(arg_min(likely_type, rank) filter (where likely_type is not null), 'business')
        end as organisation_type
    from judged
    group by organisation_id
),

-- Firms that another record knows by their whole number: societies.
renumbered as (
    select record_key as company_number, organisation_id
    from organisations.matches
    where month = $month and dataset = 'rtic_companies' and organisation_id <> 'CRN-' || record_key
),

-- Several enterprises of one company are added up. One pass over all sources of figures: each by itself would need a
-- table of its own in memory, all at once.
figures as (
    select
        organisation_id,
        sum(register_employees)::bigint as register_employees,
        sum(register_turnover_gbp)::decimal(18, 2) as register_turnover_gbp,
        max(rtic_employees) as rtic_employees,
        max(rtic_turnover_gbp) as rtic_turnover_gbp,
        sum(site_employees)::bigint as site_employees,
        any_value(band_employees) as band_employees
    from (
        select
            matches.organisation_id,
            enterprises.employees as register_employees, enterprises.turnover_gbp as register_turnover_gbp,
            null::bigint as rtic_employees, null::decimal(18, 2) as rtic_turnover_gbp, null::bigint as site_employees,
            null::bigint as band_employees
        from used.idbr_enterprises as enterprises
        join organisations.matches as matches
            on matches.dataset = 'idbr_enterprises' and matches.record_key = enterprises.entref
        where
            matches.month = $month
            and enterprises.month = $month
        union all
        select
            coalesce(renumbered.organisation_id, 'CRN-' || firms.company_number), null, null, firms.employees,
            firms.turnover_gbp, null, null
        from used.rtic_companies as firms
        left join renumbered on renumbered.company_number = firms.company_number
        where firms.month = $month
        union all
        select organisation_id, null, null, null, null, employees, null
        from organisations.sites
        where month = $month and employees is not null and not starts_with(organisation_id, 'UNIT-')
        union all
        select organisation_id, null, null, null, null, null, employees
        from organisations.counted_units
        where month = $month and is_named
    ) as figures
    group by organisation_id
),

-- Of each figure the accounts with the later balance sheet, up to the month's end.
accounts as (
    select
        'CRN-' || company_number as organisation_id,
        arg_max(employees, balance_sheet_date) as employees,
        max(balance_sheet_date) filter (where employees is not null) as employees_as_of,
        arg_max(turnover_gbp, balance_sheet_date) as turnover_gbp,
        max(balance_sheet_date) filter (where turnover_gbp is not null) as turnover_as_of
    from used.accounts
    where month = $month and balance_sheet_date <= $month_end
    group by company_number
),

dates as (
    select
        max(as_of) filter (where dataset = 'idbr_enterprises') as register,
        max(as_of) filter (where dataset = 'rtic_companies') as rtic,
        max(as_of) filter (where dataset = 'business_counts') as counts
    from sources.drops
    where month = $month
),

chosen as (
    select
        coalesce(figures.organisation_id, accounts.organisation_id) as organisation_id,
        figures.* exclude (organisation_id),
        accounts.employees as filed_employees, accounts.employees_as_of as filed_employees_as_of,
        accounts.turnover_gbp as filed_turnover_gbp, accounts.turnover_as_of as filed_turnover_as_of,
        case
            when register_employees is not null then 'register'
            when rtic_employees is not null then 'rtic'
            when accounts.employees is not null then 'accounts'
            when site_employees is not null then 'sites'
            when band_employees is not null then 'size_band'
        end as employees_source,
        case
            when register_turnover_gbp is not null then 'register'
            when rtic_turnover_gbp is not null then 'rtic'
            when accounts.turnover_gbp is not null then 'accounts'
        end as turnover_source
    from figures
    full join accounts on accounts.organisation_id = figures.organisation_id
),

counted as (
    select organisation_id, employees
    from organisations.counted_units
    where month = $month and not is_named
)

select
    typed.organisation_id, typed.name,
    if(starts_with(typed.organisation_id, 'CRN-'), substr(typed.organisation_id, 5), typed.record_crn) as crn,
    typed.entref, typed.organisation_type,
    list_contains($firm_types, typed.organisation_type)
    and (
        not exists (from counted)
        or typed.organisation_id in (
            select organisation_id from organisations.matches where month = $month and dataset <> 'companies_house'
        )
    ) as is_firm,
    coalesce(register_employees, rtic_employees, filed_employees, site_employees, band_employees) as employees,
    coalesce(register_turnover_gbp, rtic_turnover_gbp, filed_turnover_gbp) as turnover_gbp,
    chosen.employees_source,
    case chosen.employees_source
        when 'register' then dates.register
        when 'rtic' then dates.rtic
        when 'accounts' then chosen.filed_employees_as_of
        when 'size_band' then dates.counts
    end as employees_as_of,
    chosen.turnover_source,
    case chosen.turnover_source
        when 'register' then dates.register
        when 'rtic' then dates.rtic
        when 'accounts' then chosen.filed_turnover_as_of
    end as turnover_as_of
from typed
left join chosen on chosen.organisation_id = typed.organisation_id
cross join dates
union all
select
    counted.organisation_id, 'Unknown firm', null, null, 'business', list_contains($firm_types, 'business'),
    counted.employees, null, if(counted.employees is null, null, 'size_band'),
    if(counted.employees is null, null, dates.counts), null, null
from counted
cross join dates
