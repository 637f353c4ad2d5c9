-- Each dataset as read from its drop: the publisher's rows, typed and renamed, nothing decided yet.
-- Rows are kept once a drop (`as_of`); `drops` says which drop each month used.

create schema if not exists sources;

create table if not exists sources.drops (
    month date not null,
    dataset varchar not null,
    as_of date not null,
    path varchar not null,
    sha256 varchar not null,
    bytes bigint not null,
    rows_read bigint not null check (rows_read >= 0),
    rows_rejected bigint not null check (rows_rejected >= 0),
    reader_version integer,
    rows_deleted_at timestamp
);
comment on table sources.drops is 'Which drop of each dataset a month used.';
comment on column sources.drops.month is 'First day of the month.';
comment on column sources.drops.dataset is 'Name of the dataset: the folder in the sources.';
comment on column sources.drops.as_of is 'Date the drop is as of; 1970-01-01 for a shipped default.';
comment on column sources.drops.path is 'File or folder read, relative to the sources; default: for a shipped list.';
comment on column sources.drops.sha256 is 'SHA-256 of the drop''s bytes (for a folder: of its parts'' names and digests, in order).';
comment on column sources.drops.bytes is 'Size of the drop in bytes.';
comment on column sources.drops.rows_read is 'Rows kept in the first table that the dataset fills.';
comment on column sources.drops.rows_rejected is 'Rows refused one by one, or passed over as repeats; kept in sources.rejected.';
comment on column sources.drops.reader_version is 'Version of the reader; a drop read by another is read again.';
comment on column sources.drops.rows_deleted_at is 'When the drop''s rows were deleted because no month that working tables are kept for uses it, in UTC; null while they are there. Such a drop is read again where a month needs it.';

create table if not exists sources.readiness (
    month date not null,
    dataset varchar not null,
    how_often varchar not null check (how_often in ('monthly', 'quarterly', 'yearly', 'once')),
    as_of date,
    age_months integer check (age_months >= 0),
    greatest_age_months integer check (greatest_age_months >= 0),
    needed_to varchar not null check (needed_to in ('nothing', 'publish', 'make')),
    state varchar not null check (state in ('current', 'due', 'too old', 'missing'))
);
comment on table sources.readiness is 'How each dataset in use stood when the month was made: how old its drop was, and whether it was behind. Shipped lists are not among them.';
comment on column sources.readiness.month is 'First day of the month.';
comment on column sources.readiness.dataset is 'Name of the dataset.';
comment on column sources.readiness.how_often is 'How often a drop is expected by the profile: monthly, quarterly, yearly, or once for all.';
comment on column sources.readiness.as_of is 'Date of the drop that the month used; null where there is none.';
comment on column sources.readiness.age_months is 'Months from the month of that date to the month made.';
comment on column sources.readiness.greatest_age_months is 'Greatest age in months that the profile allows; null where it allows any.';
comment on column sources.readiness.needed_to is 'What of the month the profile does not let be done where the dataset is missing or too old: nothing, publish or make.';
comment on column sources.readiness.state is 'current: the next drop is not due yet; due: it is, and this one is not too old; too old: older than allowed; missing: needed, and never came.';

create table if not exists sources.fetched_files (
    month date not null,
    dataset varchar not null,
    as_of date not null,
    file varchar not null,
    address varchar not null,
    fetched_at timestamp not null,
    publisher varchar not null,
    release varchar not null,
    released date,
    licence varchar not null,
    licence_address varchar not null,
    attribution varchar not null,
    bytes bigint not null check (bytes >= 0),
    sha256 varchar not null,
    etag varchar,
    last_modified varchar,
    headers varchar not null,
    is_as_fetched boolean not null
);
comment on table sources.fetched_files is 'Where each file of the drops that the month used was fetched from, and when; nothing of drops that a person put there.';
comment on column sources.fetched_files.month is 'First day of the month.';
comment on column sources.fetched_files.dataset is 'Name of the dataset.';
comment on column sources.fetched_files.as_of is 'Date of the drop.';
comment on column sources.fetched_files.file is 'Name of the file in the drop''s folder.';
comment on column sources.fetched_files.address is 'Address that was asked for it, without any key; of a file put together from pages, the first of them.';
comment on column sources.fetched_files.fetched_at is 'When it was whole, in UTC.';
comment on column sources.fetched_files.publisher is 'Who publishes what.';
comment on column sources.fetched_files.release is 'The publisher''s own name of the release.';
comment on column sources.fetched_files.released is 'Day that the release is as of by its publisher; null of what is as of the moment of asking.';
comment on column sources.fetched_files.licence is 'Licence of the data.';
comment on column sources.fetched_files.licence_address is 'Where the licence stands.';
comment on column sources.fetched_files.attribution is 'What the licence wants said where the data are shown.';
comment on column sources.fetched_files.bytes is 'Size of the file in bytes.';
comment on column sources.fetched_files.sha256 is 'SHA-256 of the file''s bytes as they came.';
comment on column sources.fetched_files.etag is 'The publisher''s mark of this version of the file; null where it gave none.';
comment on column sources.fetched_files.last_modified is 'When the publisher changed it last, in its words; null where it did not say.';
comment on column sources.fetched_files.headers is 'What the publisher''s answer said of the file: a JSON object of header names and values.';
comment on column sources.fetched_files.is_as_fetched is 'Whether the drop is still as it was fetched: no file of it was changed, added or taken away.';

create table if not exists sources.publisher_changes (
    month date not null,
    dataset varchar not null,
    as_of date not null,
    files varchar not null,
    kind varchar not null check (
        kind in (
            'files gone', 'not looked into', 'column gone', 'column renamed', 'column new', 'word new', 'word gone',
            'files', 'size', 'records'
        )
    ),
    what varchar not null,
    before varchar not null,
    now varchar not null,
    since date not null,
    against varchar not null check (against in ('contract', 'drop before')),
    is_needed boolean not null,
    is_refused boolean not null,
    sentence varchar not null
);
comment on table sources.publisher_changes is 'What is other in the fetched drops that the month used than is expected of their publishers, and than it was in the drop before; nothing of drops that a person put there.';
comment on column sources.publisher_changes.month is 'First day of the month.';
comment on column sources.publisher_changes.dataset is 'Name of the dataset.';
comment on column sources.publisher_changes.as_of is 'Date of the drop.';
comment on column sources.publisher_changes.files is 'Kind of the drop''s files that it is of, as the contract with the publisher calls them.';
comment on column sources.publisher_changes.kind is 'What changed: files gone, not looked into (files that cannot be opened), a column or a word of a status gone, new or renamed, the number of files, their size, or the number of their records.';
comment on column sources.publisher_changes.what is 'The column, or column and word; empty of what is of the files together.';
comment on column sources.publisher_changes.before is 'How it was, or what is expected.';
comment on column sources.publisher_changes.now is 'How it is.';
comment on column sources.publisher_changes.since is 'Day of the publisher''s first release that has it, of those that were fetched.';
comment on column sources.publisher_changes.against is 'What it is held against: contract (what our readers need and know, the same each month until it is known), or the drop before (told once).';
comment on column sources.publisher_changes.is_needed is 'Whether a reader needs what is gone.';
comment on column sources.publisher_changes.is_refused is 'Whether a reader refuses the drop for it.';
comment on column sources.publisher_changes.sentence is 'All of it in words, with what to do.';

create table if not exists sources.synthetic_drops (
    dataset varchar not null,
    as_of date not null
);
comment on table sources.synthetic_drops is 'Drops that bear the mark of the synthetic United Kingdom: they are of no real country.';
comment on column sources.synthetic_drops.dataset is 'Name of the dataset.';
comment on column sources.synthetic_drops.as_of is 'Date of the drop.';

create table if not exists sources.drop_statements (
    dataset varchar not null,
    as_of date not null,
    statement varchar not null check (statement in ('classification', 'register')),
    value varchar not null
);
comment on table sources.drop_statements is 'What drops state of themselves in a column of that name; a drop that states nothing has no row.';
comment on column sources.drop_statements.dataset is 'Name of the dataset.';
comment on column sources.drop_statements.as_of is 'Date of the drop.';
comment on column sources.drop_statements.statement is 'classification: the one that its codes are of; register: the one that it is an extract of.';
comment on column sources.drop_statements.value is 'What it states: SIC 2026, Statistical Business Register.';

create table if not exists sources.rejected (
    dataset varchar not null,
    as_of date not null,
    file varchar not null,
    row_number bigint,
    column_name varchar,
    value varchar,
    reason varchar not null
);
comment on table sources.rejected is 'Rows refused one by one, with the reason.';
comment on column sources.rejected.dataset is 'Name of the dataset.';
comment on column sources.rejected.as_of is 'Date of the drop the row came from.';
comment on column sources.rejected.file is 'File the row stands in, relative to the sources.';
comment on column sources.rejected.row_number is 'Row of the file, counting the header as row 1; null where the format has no rows.';
comment on column sources.rejected.column_name is 'Column that failed, in the publisher''s spelling.';
comment on column sources.rejected.value is 'The value that failed, at most 200 characters; null in a dataset whose rows hold texts of items.';
comment on column sources.rejected.reason is 'Why, in words.';

create table if not exists sources.drop_profiles (
    dataset varchar not null,
    as_of date not null,
    table_name varchar not null,
    column_name varchar not null,
    label varchar not null,
    kind varchar not null check (kind in ('rows', 'money', 'count', 'coordinate')),
    row_count bigint not null check (row_count >= 0),
    total decimal(38, 2),
    mean double,
    missing_share double check (missing_share between 0 and 1),
    zero_share double check (zero_share between 0 and 1),
    negatives bigint check (negatives >= 0),
    smallest double,
    largest double
);
comment on table sources.drop_profiles is 'What the numbers in each column of money, counts and coordinates of a drop are like together; the drop after it is held against them.';
comment on column sources.drop_profiles.dataset is 'Name of the dataset.';
comment on column sources.drop_profiles.as_of is 'Date of the drop.';
comment on column sources.drop_profiles.table_name is 'Table that the column is of.';
comment on column sources.drop_profiles.column_name is 'The column; rows: the number of rows in the first table that the dataset fills; passed over: and what: how many of these there were in the drop.';
comment on column sources.drop_profiles.label is 'The publisher''s name of the column.';
comment on column sources.drop_profiles.kind is 'rows, money (GBP), count or coordinate (metres or degrees).';
comment on column sources.drop_profiles.row_count is 'Rows of the table, or things passed over.';
comment on column sources.drop_profiles.total is 'Sum of the values; null of coordinates.';
comment on column sources.drop_profiles.mean is 'Mean of the values; null where there is none.';
comment on column sources.drop_profiles.missing_share is 'Share of the rows without a value.';
comment on column sources.drop_profiles.zero_share is 'Share of the values that are 0.';
comment on column sources.drop_profiles.negatives is 'Values below 0.';
comment on column sources.drop_profiles.smallest is 'The smallest value. It may be one business''s: it does not leave the warehouse.';
comment on column sources.drop_profiles.largest is 'The largest value, likewise.';

create table if not exists sources.drop_codes (
    dataset varchar not null,
    as_of date not null,
    table_name varchar not null,
    column_name varchar not null,
    label varchar not null,
    row_count bigint not null check (row_count >= 0),
    missing_share double check (missing_share between 0 and 1),
    unread bigint not null check (unread >= 0),
    example varchar
);
comment on table sources.drop_codes is 'How many rows of a drop have a postcode, a company number or another code, and how many give one that is none; the drop after it is held against them.';
comment on column sources.drop_codes.dataset is 'Name of the dataset.';
comment on column sources.drop_codes.as_of is 'Date of the drop.';
comment on column sources.drop_codes.table_name is 'Table that the column is of.';
comment on column sources.drop_codes.column_name is 'The column.';
comment on column sources.drop_codes.label is 'The publisher''s name of the column.';
comment on column sources.drop_codes.row_count is 'Rows of the table.';
comment on column sources.drop_codes.missing_share is 'Share of the rows without a code.';
comment on column sources.drop_codes.unread is 'Values that are no code of the column''s kind and were left out; their rows are kept.';
comment on column sources.drop_codes.example is 'The first of these and where it stands; null where there is none, and in a dataset of texts. It does not leave the warehouse.';

create table if not exists sources.alarms (
    dataset varchar not null,
    as_of date not null,
    sha256 varchar not null,
    column_name varchar not null,
    label varchar not null,
    figure varchar not null,
    before_as_of date,
    before double,
    now double not null,
    verdict varchar not null check (verdict in ('warned', 'blocked')),
    accepted_because varchar
);
comment on table sources.alarms is 'Figures of a drop that are not plausible, beside those of the dataset''s drop before.';
comment on column sources.alarms.dataset is 'Name of the dataset.';
comment on column sources.alarms.as_of is 'Date of the drop.';
comment on column sources.alarms.sha256 is 'SHA-256 of the drop''s bytes: what was accepted holds for these.';
comment on column sources.alarms.column_name is 'The column; rows: the number of rows in the first table that the dataset fills.';
comment on column sources.alarms.label is 'The publisher''s name of the column.';
comment on column sources.alarms.figure is 'What is not plausible: rows, total, values above 0, rows with a value, zeros, unread values (shares), negative values, largest value or mean.';
comment on column sources.alarms.before_as_of is 'Date of the drop that it is held against; null where there is none.';
comment on column sources.alarms.before is 'The figure of that drop.';
comment on column sources.alarms.now is 'The figure of this drop.';
comment on column sources.alarms.verdict is 'warned, or blocked: then the drop was let in for the reason a person gave.';
comment on column sources.alarms.accepted_because is 'Why a person let it pass; null where nobody has.';

create table if not exists sources.idbr_enterprises (
    as_of date not null,
    entref varchar not null,
    crn varchar,
    name varchar not null,
    sic2007 varchar not null,
    employees bigint check (employees >= 0),
    turnover_gbp decimal(18, 2),
    legal_status varchar
);
comment on table sources.idbr_enterprises is 'Enterprises of the Inter-Departmental Business Register.';
comment on column sources.idbr_enterprises.as_of is 'Date of the drop the row came from.';
comment on column sources.idbr_enterprises.entref is 'Enterprise reference.';
comment on column sources.idbr_enterprises.crn is 'Company registration number, 8 characters, zero-padded.';
comment on column sources.idbr_enterprises.name is 'Name of the enterprise.';
comment on column sources.idbr_enterprises.sic2007 is 'SIC 2007 code, 5 digits.';
comment on column sources.idbr_enterprises.employees is 'Employees of the enterprise.';
comment on column sources.idbr_enterprises.turnover_gbp is 'Annual turnover in GBP (the drop gives thousands).';
comment on column sources.idbr_enterprises.legal_status is 'Legal status as given.';

create table if not exists sources.idbr_local_units (
    as_of date not null,
    luref varchar not null,
    entref varchar not null,
    sic2007 varchar not null,
    postcode varchar,
    employees bigint check (employees >= 0)
);
comment on table sources.idbr_local_units is 'Business sites (local units) of the Inter-Departmental Business Register.';
comment on column sources.idbr_local_units.as_of is 'Date of the drop the row came from.';
comment on column sources.idbr_local_units.luref is 'Local unit reference.';
comment on column sources.idbr_local_units.entref is 'Enterprise the site belongs to.';
comment on column sources.idbr_local_units.sic2007 is 'SIC 2007 code of the site, 5 digits.';
comment on column sources.idbr_local_units.postcode is 'Postcode of the site, normalised; null where malformed.';
comment on column sources.idbr_local_units.employees is 'Employees at the site.';

create table if not exists sources.rtic_companies (
    as_of date not null,
    company_number varchar not null,
    company_name varchar not null,
    employees bigint check (employees >= 0),
    turnover_gbp decimal(18, 2),
    website varchar
);
comment on table sources.rtic_companies is 'Firms of the Real-Time Industrial Classifications.';
comment on column sources.rtic_companies.as_of is 'Date of the drop the row came from.';
comment on column sources.rtic_companies.company_number is 'Company registration number, 8 characters, zero-padded.';
comment on column sources.rtic_companies.company_name is 'Name of the firm.';
comment on column sources.rtic_companies.employees is 'Estimated employees.';
comment on column sources.rtic_companies.turnover_gbp is 'Estimated annual turnover in GBP.';
comment on column sources.rtic_companies.website is 'Website.';

create table if not exists sources.rtic_company_sectors (
    as_of date not null,
    company_number varchar not null,
    rtic_code varchar not null
);
comment on table sources.rtic_company_sectors is 'Emerging sectors of each firm; a firm may be in several.';
comment on column sources.rtic_company_sectors.as_of is 'Date of the drop the row came from.';
comment on column sources.rtic_company_sectors.company_number is 'Company registration number.';
comment on column sources.rtic_company_sectors.rtic_code is 'Sector: RTIC and four digits; verticals are folded into their sector.';

create table if not exists sources.rtic_locations (
    as_of date not null,
    company_number varchar not null,
    postcode varchar not null,
    kind varchar not null check (kind in ('registered', 'operating')),
    employees bigint check (employees >= 0)
);
comment on table sources.rtic_locations is 'Known locations of the firms.';
comment on column sources.rtic_locations.as_of is 'Date of the drop the row came from.';
comment on column sources.rtic_locations.company_number is 'Company registration number.';
comment on column sources.rtic_locations.postcode is 'Postcode, normalised.';
comment on column sources.rtic_locations.kind is 'registered: the registered office; operating: a place of business.';
comment on column sources.rtic_locations.employees is 'Employees at the location.';

create table if not exists sources.companies_house (
    as_of date not null,
    company_number varchar not null,
    name varchar not null,
    postcode varchar,
    category varchar,
    status varchar,
    incorporation_date date
);
comment on table sources.companies_house is 'Companies of the Companies House register, active ones.';
comment on column sources.companies_house.as_of is 'Date of the drop the row came from.';
comment on column sources.companies_house.company_number is 'Company registration number, 8 characters, zero-padded.';
comment on column sources.companies_house.name is 'Name of the company.';
comment on column sources.companies_house.postcode is 'Postcode of the registered office, normalised.';
comment on column sources.companies_house.category is 'Company category.';
comment on column sources.companies_house.status is 'Company status.';
comment on column sources.companies_house.incorporation_date is 'Date of incorporation.';

create table if not exists sources.companies_house_sic (
    as_of date not null,
    company_number varchar not null,
    sic2007 varchar not null
);
comment on table sources.companies_house_sic is 'SIC 2007 codes of each company, up to four.';
comment on column sources.companies_house_sic.as_of is 'Date of the drop the row came from.';
comment on column sources.companies_house_sic.company_number is 'Company registration number.';
comment on column sources.companies_house_sic.sic2007 is 'SIC 2007 code, 5 digits; the marks of dormant and non-trading companies are left out.';

create table if not exists sources.business_counts (
    as_of date not null,
    area_code varchar not null,
    area_name varchar,
    sic2007 varchar not null,
    size_band varchar not null,
    employees_from bigint check (employees_from >= 0),
    employees_to bigint check (employees_to >= 0),
    units bigint not null check (units > 0)
);
comment on table sources.business_counts is 'UK Business Counts: local units by area, five-digit industry and size band, as rounded by the publisher; cells of none are left out.';
comment on column sources.business_counts.as_of is 'Date of the drop the row came from.';
comment on column sources.business_counts.area_code is 'Code of the area as given: ONS code, or ITL or NUTS code.';
comment on column sources.business_counts.area_name is 'Name of the area.';
comment on column sources.business_counts.sic2007 is 'SIC 2007 code, 5 digits.';
comment on column sources.business_counts.size_band is 'Band of employees, in the publisher''s words; Total where the drop has no bands.';
comment on column sources.business_counts.employees_from is 'Fewest employees of the band; null of Total.';
comment on column sources.business_counts.employees_to is 'Most employees of the band; null where it has no upper end, and of Total.';
comment on column sources.business_counts.units is 'Local units, rounded by the publisher.';

create table if not exists sources.accounts (
    as_of date not null,
    company_number varchar not null,
    balance_sheet_date date not null,
    employees bigint check (employees >= 0),
    turnover_gbp decimal(18, 2) check (turnover_gbp >= 0)
);
comment on table sources.accounts is 'Employees and turnover of companies from the accounts that they filed at Companies House.';
comment on column sources.accounts.as_of is 'Date of the drop the row came from.';
comment on column sources.accounts.company_number is 'Company registration number, 8 characters, zero-padded.';
comment on column sources.accounts.balance_sheet_date is 'Date of the balance sheet, the last day of the accounts'' period.';
comment on column sources.accounts.employees is 'Average number of employees, rounded to whole ones; null where not filed.';
comment on column sources.accounts.turnover_gbp is 'Turnover of the period in GBP; null where not filed, as by most.';

create table if not exists sources.innovate_uk (
    as_of date not null,
    row_number bigint not null,
    application_id varchar not null,
    project_id varchar,
    competition varchar,
    title varchar,
    activity_date date,
    participant_name varchar not null,
    crn varchar,
    postcode varchar,
    is_lead boolean not null,
    is_withdrawn boolean not null,
    project_status varchar,
    is_funded boolean not null,
    award_gbp decimal(18, 2),
    enterprise_size varchar
);
comment on table sources.innovate_uk is 'Participants of Innovate UK funded projects.';
comment on column sources.innovate_uk.as_of is 'Date of the drop the row came from.';
comment on column sources.innovate_uk.row_number is 'Row of the drop, counting the header as row 1.';
comment on column sources.innovate_uk.application_id is 'Application Number, or the Project Number where a row has none.';
comment on column sources.innovate_uk.project_id is 'Project Number.';
comment on column sources.innovate_uk.competition is 'Competition Title.';
comment on column sources.innovate_uk.title is 'Project Title.';
comment on column sources.innovate_uk.activity_date is 'Project Start Date, else the first day of the financial year in Competition Year (1 April).';
comment on column sources.innovate_uk.participant_name is 'Participant Name, as given.';
comment on column sources.innovate_uk.crn is 'Company registration number, 8 characters, zero-padded; null where none or not a valid number.';
comment on column sources.innovate_uk.postcode is 'Participant''s postcode, normalised; null where none or malformed.';
comment on column sources.innovate_uk.is_lead is 'True for the lead participant.';
comment on column sources.innovate_uk.is_withdrawn is 'True where the participant withdrew from the project.';
comment on column sources.innovate_uk.project_status is 'Project Status: Live, Completed, Closed, Withdrawn, On Hold, or any other word as given; null where not given.';
comment on column sources.innovate_uk.is_funded is 'True unless the Application Outcome is Not funded.';
comment on column sources.innovate_uk.award_gbp is 'Award Offered in GBP; 0 is an award given, null is not given.';
comment on column sources.innovate_uk.enterprise_size is 'Micro/Small, Medium, Large, Academic, or Other, from the publisher''s many spellings.';

create table if not exists sources.innovate_uk_applications (
    as_of date not null,
    row_number bigint not null,
    application_id varchar not null,
    project_id varchar,
    competition varchar,
    title varchar,
    activity_date date,
    participant_name varchar not null,
    crn varchar,
    postcode varchar,
    is_lead boolean not null,
    is_withdrawn boolean not null,
    project_status varchar,
    is_funded boolean not null,
    award_gbp decimal(18, 2),
    enterprise_size varchar
);
comment on table sources.innovate_uk_applications is 'Participants of Innovate UK applications, funded or not.';
comment on column sources.innovate_uk_applications.as_of is 'Date of the drop the row came from.';
comment on column sources.innovate_uk_applications.row_number is 'Row of the drop, counting the header as row 1.';
comment on column sources.innovate_uk_applications.application_id is 'Application Number, or the Project Number where a row has none.';
comment on column sources.innovate_uk_applications.project_id is 'Project Number.';
comment on column sources.innovate_uk_applications.competition is 'Competition Title.';
comment on column sources.innovate_uk_applications.title is 'Project Title.';
comment on column sources.innovate_uk_applications.activity_date is 'Project Start Date, else the first day of the financial year in Competition Year (1 April).';
comment on column sources.innovate_uk_applications.participant_name is 'Participant Name, as given.';
comment on column sources.innovate_uk_applications.crn is 'Company registration number, 8 characters, zero-padded; null where none or not a valid number.';
comment on column sources.innovate_uk_applications.postcode is 'Participant''s postcode, normalised; null where none or malformed.';
comment on column sources.innovate_uk_applications.is_lead is 'True for the lead participant.';
comment on column sources.innovate_uk_applications.is_withdrawn is 'True where the participant withdrew from the project.';
comment on column sources.innovate_uk_applications.project_status is 'Project Status: Live, Completed, Closed, Withdrawn, On Hold, or any other word as given; null where not given.';
comment on column sources.innovate_uk_applications.is_funded is 'True unless the Application Outcome is Not funded.';
comment on column sources.innovate_uk_applications.award_gbp is 'Award Offered in GBP; 0 is an award given, null is not given.';
comment on column sources.innovate_uk_applications.enterprise_size is 'Micro/Small, Medium, Large, Academic, or Other, from the publisher''s many spellings.';

create table if not exists sources.ukri_projects (
    as_of date not null,
    project_id varchar not null,
    reference varchar,
    title varchar,
    lead_funder varchar not null,
    status varchar,
    start_date date,
    end_date date,
    amount_gbp decimal(18, 2)
);
comment on table sources.ukri_projects is 'Projects of Gateway to Research.';
comment on column sources.ukri_projects.as_of is 'Date of the drop the row came from.';
comment on column sources.ukri_projects.project_id is 'Gateway to Research project id.';
comment on column sources.ukri_projects.reference is 'Grant reference.';
comment on column sources.ukri_projects.title is 'Title.';
comment on column sources.ukri_projects.lead_funder is 'Funder that leads (EPSRC, AHRC, Innovate UK, ...).';
comment on column sources.ukri_projects.status is 'Project status.';
comment on column sources.ukri_projects.start_date is 'Start of the project or of its fund.';
comment on column sources.ukri_projects.end_date is 'End of the project or of its fund.';
comment on column sources.ukri_projects.amount_gbp is 'Award in GBP; null where not given.';

create table if not exists sources.ukri_participants (
    as_of date not null,
    project_id varchar not null,
    organisation_key varchar not null,
    role varchar not null,
    grant_offer_gbp decimal(18, 2)
);
comment on table sources.ukri_participants is 'Organisations taking part in the projects.';
comment on column sources.ukri_participants.as_of is 'Date of the drop the row came from.';
comment on column sources.ukri_participants.project_id is 'Gateway to Research project id.';
comment on column sources.ukri_participants.organisation_key is 'Gateway to Research organisation id, else the normalised name.';
comment on column sources.ukri_participants.role is 'lead, collaborator or participant.';
comment on column sources.ukri_participants.grant_offer_gbp is 'Grant offered to this participant in GBP; 0 is given, null is not given.';

create table if not exists sources.ukri_organisations (
    as_of date not null,
    organisation_key varchar not null,
    name varchar not null,
    postcode varchar,
    region varchar
);
comment on table sources.ukri_organisations is 'Organisations of Gateway to Research.';
comment on column sources.ukri_organisations.as_of is 'Date of the drop the row came from.';
comment on column sources.ukri_organisations.organisation_key is 'Gateway to Research organisation id, else the normalised name.';
comment on column sources.ukri_organisations.name is 'Name, as given.';
comment on column sources.ukri_organisations.postcode is 'Postcode of the main address, normalised.';
comment on column sources.ukri_organisations.region is 'Region as given (Outside UK for overseas).';

create table if not exists sources.cordis_projects (
    as_of date not null,
    project_id varchar not null,
    acronym varchar,
    start_date date,
    programme varchar,
    partners bigint not null check (partners > 0)
);
comment on table sources.cordis_projects is 'Projects of the European Union''s framework programmes with a participant in the United Kingdom.';
comment on column sources.cordis_projects.as_of is 'Date of the drop the row came from.';
comment on column sources.cordis_projects.project_id is 'CORDIS''s project id, the grant agreement''s number.';
comment on column sources.cordis_projects.acronym is 'Acronym of the project.';
comment on column sources.cordis_projects.start_date is 'Start of the project.';
comment on column sources.cordis_projects.programme is 'Framework programme.';
comment on column sources.cordis_projects.partners is 'All organisations on the project, of whatever country.';

create table if not exists sources.cordis_participants (
    as_of date not null,
    project_id varchar not null,
    organisation_key varchar not null,
    name varchar not null,
    activity_type varchar,
    postcode varchar,
    is_lead boolean not null,
    ec_contribution_eur decimal(18, 2)
);
comment on table sources.cordis_participants is 'Participants in the United Kingdom, each once a project.';
comment on column sources.cordis_participants.as_of is 'Date of the drop the row came from.';
comment on column sources.cordis_participants.project_id is 'CORDIS''s project id.';
comment on column sources.cordis_participants.organisation_key is 'CORDIS''s organisation id.';
comment on column sources.cordis_participants.name is 'Name of the organisation; its id where it has none.';
comment on column sources.cordis_participants.activity_type is 'HES higher education, REC research organisation, PRC company, PUB public body, OTH other.';
comment on column sources.cordis_participants.postcode is 'Postcode, normalised; null where none or malformed.';
comment on column sources.cordis_participants.is_lead is 'True for the coordinator.';
comment on column sources.cordis_participants.ec_contribution_eur is 'The European Union''s contribution in EUR; counted as no one''s funding.';

create table if not exists sources.publication_institutions (
    as_of date not null,
    publication_id varchar not null,
    publication_date date not null,
    institution_key varchar not null,
    institution_count integer not null check (institution_count > 0)
);
comment on table sources.publication_institutions is 'UK institutions with an author on each publication.';
comment on column sources.publication_institutions.as_of is 'Date of the drop the row came from.';
comment on column sources.publication_institutions.publication_id is 'OpenAlex work id or MAG paper id.';
comment on column sources.publication_institutions.publication_date is 'Date of publication (1 July of the year where only the year is given).';
comment on column sources.publication_institutions.institution_key is 'OpenAlex institution id or MAG affiliation id.';
comment on column sources.publication_institutions.institution_count is 'Institutions on the publication, those overseas included.';

create table if not exists sources.institutions (
    as_of date not null,
    institution_key varchar not null,
    name varchar not null,
    ror varchar,
    institution_type varchar,
    latitude double,
    longitude double
);
comment on table sources.institutions is 'UK institutions of the publications.';
comment on column sources.institutions.as_of is 'Date of the drop the row came from.';
comment on column sources.institutions.institution_key is 'OpenAlex institution id or MAG affiliation id.';
comment on column sources.institutions.name is 'Display name.';
comment on column sources.institutions.ror is 'Research Organization Registry id.';
comment on column sources.institutions.institution_type is 'education, company, government, nonprofit, healthcare, facility, archive or other.';
comment on column sources.institutions.latitude is 'Latitude in degrees, WGS84.';
comment on column sources.institutions.longitude is 'Longitude in degrees, WGS84.';

create table if not exists sources.ror (
    as_of date not null,
    ror varchar not null,
    name varchar not null,
    institution_type varchar,
    latitude double not null,
    longitude double not null
);
comment on table sources.ror is 'Organisations of the United Kingdom in the Research Organization Registry.';
comment on column sources.ror.as_of is 'Date of the drop the row came from.';
comment on column sources.ror.ror is 'Research Organization Registry id.';
comment on column sources.ror.name is 'Name that the registry displays.';
comment on column sources.ror.institution_type is 'First type that the registry gives: education, company, government, nonprofit, healthcare, facility, archive, funder or other.';
comment on column sources.ror.latitude is 'Latitude in degrees, WGS84, of its first place in the country.';
comment on column sources.ror.longitude is 'Longitude in degrees, WGS84, likewise.';

create table if not exists sources.activity_signals (
    as_of date not null,
    dataset varchar not null check (dataset in ('patents', 'rd_tax_claims')),
    row_number bigint not null,
    organisation_name varchar not null,
    crn varchar,
    activity_date date not null,
    amount_gbp decimal(18, 2)
);
comment on table sources.activity_signals is 'Further signals of RD&I: patents and R&D tax claims.';
comment on column sources.activity_signals.as_of is 'Date of the drop the row came from.';
comment on column sources.activity_signals.dataset is 'Dataset the signal came from.';
comment on column sources.activity_signals.row_number is 'Row of the drop, counting the header as row 1.';
comment on column sources.activity_signals.organisation_name is 'Name of the organisation.';
comment on column sources.activity_signals.crn is 'Company registration number, 8 characters, zero-padded.';
comment on column sources.activity_signals.activity_date is 'Date of the patent or claim.';
comment on column sources.activity_signals.amount_gbp is 'Amount in GBP, where given.';

create table if not exists sources.publication_citations (
    as_of date not null,
    publication_id varchar not null,
    citations bigint not null check (citations >= 0)
);
comment on table sources.publication_citations is 'Citations of each publication with a UK institution.';
comment on column sources.publication_citations.as_of is 'Date of the drop the row came from.';
comment on column sources.publication_citations.publication_id is 'OpenAlex work id or MAG paper id.';
comment on column sources.publication_citations.citations is 'Times it was cited; 0 where the drop does not say.';

create table if not exists sources.institution_pairs (
    as_of date not null,
    institution_a varchar not null,
    institution_b varchar not null check (institution_b > institution_a),
    publications bigint not null check (publications > 0)
);
comment on table sources.institution_pairs is 'Pairs of institutions with authors on the same publication, at least one of them in the UK.';
comment on column sources.institution_pairs.as_of is 'Date of the drop the row came from.';
comment on column sources.institution_pairs.institution_a is 'Institution whose id comes first as text; one overseas is not in sources.institutions.';
comment on column sources.institution_pairs.institution_b is 'Institution whose id comes second as text, likewise.';
comment on column sources.institution_pairs.publications is 'Publications with an author at each, whatever their number of authors and institutions.';

create table if not exists sources.events (
    as_of date not null,
    event_key varchar not null,
    event_year integer not null check (event_year between 1990 and 2100),
    postcode varchar,
    latitude double,
    longitude double
);
comment on table sources.events is 'That an event took place at a place in a year, which is all that event sites let others keep.';
comment on column sources.events.as_of is 'Date of the drop the row came from.';
comment on column sources.events.event_key is 'Digest of the event''s source and id; neither can be read from it.';
comment on column sources.events.event_year is 'Year in which it took place.';
comment on column sources.events.postcode is 'Postcode, normalised.';
comment on column sources.events.latitude is 'Latitude in degrees, WGS84.';
comment on column sources.events.longitude is 'Longitude in degrees, WGS84.';

create table if not exists sources.businesses (
    as_of date not null,
    company_number varchar not null,
    name varchar not null,
    postcode varchar,
    latitude double,
    longitude double
);
comment on table sources.businesses is 'Businesses of the Index, where a drop of their own is given.';
comment on column sources.businesses.as_of is 'Date of the drop the row came from.';
comment on column sources.businesses.company_number is 'Company registration number, 8 characters, zero-padded.';
comment on column sources.businesses.name is 'Name of the business.';
comment on column sources.businesses.postcode is 'Postcode, normalised.';
comment on column sources.businesses.latitude is 'Latitude in degrees, WGS84.';
comment on column sources.businesses.longitude is 'Longitude in degrees, WGS84.';

create table if not exists sources.training_labels (
    as_of date not null,
    row_number bigint not null,
    text_sha256 varchar not null,
    category varchar
);
comment on table sources.training_labels is 'Hand labels for the classifier; the text itself stays in the drop.';
comment on column sources.training_labels.as_of is 'Date of the drop the row came from.';
comment on column sources.training_labels.row_number is 'Row of the drop, counting the header as row 1.';
comment on column sources.training_labels.text_sha256 is 'SHA-256 of the text.';
comment on column sources.training_labels.category is 'One of the five categories, a row for each; null, once, where the text is of none.';

create table if not exists sources.activity_points (
    as_of date not null,
    item_id varchar not null,
    kind varchar not null check (kind in ('business', 'event', 'paper')),
    category varchar not null,
    latitude double not null,
    longitude double not null
);
comment on table sources.activity_points is 'Items classified elsewhere; where given they are the Index''s points.';
comment on column sources.activity_points.as_of is 'Date of the drop the row came from.';
comment on column sources.activity_points.item_id is 'Identifier of the item.';
comment on column sources.activity_points.kind is 'business, event or paper.';
comment on column sources.activity_points.category is 'One of the five categories, a row for each; items of none are left out and counted.';
comment on column sources.activity_points.latitude is 'Latitude in degrees, WGS84.';
comment on column sources.activity_points.longitude is 'Longitude in degrees, WGS84.';

create table if not exists sources.index_centres (
    as_of date not null,
    category varchar not null,
    label varchar not null,
    latitude double not null,
    longitude double not null
);
comment on table sources.index_centres is 'Starting centres of the Index''s K-means.';
comment on column sources.index_centres.as_of is 'Date of the drop the row came from.';
comment on column sources.index_centres.category is 'One of the five categories, or Overall.';
comment on column sources.index_centres.label is 'Label of the centre within the category.';
comment on column sources.index_centres.latitude is 'Latitude in degrees, WGS84.';
comment on column sources.index_centres.longitude is 'Longitude in degrees, WGS84.';
