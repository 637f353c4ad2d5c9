-- Who is who and where: one organisation across all sources, its sites, and what is apportioned to them.

create schema if not exists organisations;

create table if not exists organisations.source_records (
    month date not null,
    dataset varchar not null,
    record_key varchar not null,
    name varchar not null,
    normalised_name varchar not null,
    crn varchar,
    entref varchar,
    postcode varchar,
    type_hint varchar,
    is_overseas boolean not null
);
comment on table organisations.source_records is 'Every distinct organisation named in a source, before matching.';
comment on column organisations.source_records.month is 'First day of the month.';
comment on column organisations.source_records.dataset is 'Dataset that names it.';
comment on column organisations.source_records.record_key is 'Key of the record within the dataset: reference, number, or name, number and postcode as given.';
comment on column organisations.source_records.name is 'Name, as given.';
comment on column organisations.source_records.normalised_name is 'Upper case, no punctuation, legal suffixes and leading THE removed, & as AND.';
comment on column organisations.source_records.crn is 'Company registration number.';
comment on column organisations.source_records.entref is 'IDBR enterprise reference.';
comment on column organisations.source_records.postcode is 'Postcode, normalised.';
comment on column organisations.source_records.type_hint is 'What the source says of the organisation''s type or legal status.';
comment on column organisations.source_records.is_overseas is 'True where the source places it outside the United Kingdom.';

create table if not exists organisations.source_places (
    month date not null,
    dataset varchar not null,
    record_key varchar not null,
    place_kind varchar not null check (place_kind in ('local_unit', 'operating', 'registered', 'given')),
    luref varchar,
    postcode varchar,
    employees bigint
);
comment on table organisations.source_places is 'Every place at which a source puts one of its records; a local unit may have no postcode.';
comment on column organisations.source_places.month is 'First day of the month.';
comment on column organisations.source_places.dataset is 'Dataset that names it.';
comment on column organisations.source_places.record_key is 'Key of the record within the dataset.';
comment on column organisations.source_places.place_kind is 'local_unit: IDBR site; operating, registered: RTIC or Companies House; given: stated with a project or application.';
comment on column organisations.source_places.luref is 'Local unit reference.';
comment on column organisations.source_places.postcode is 'Postcode, normalised.';
comment on column organisations.source_places.employees is 'Employees at the place, where the source gives a count.';

create table if not exists organisations.anchors (
    month date not null,
    dataset varchar not null,
    record_key varchar not null,
    organisation_id varchar not null,
    match_rule varchar not null check (match_rule in ('crn', 'entref', 'name_postcode'))
);
comment on table organisations.anchors is 'Records that name their organisation by a number, and which it is: the start of matching.';
comment on column organisations.anchors.month is 'First day of the month.';
comment on column organisations.anchors.dataset is 'Dataset that names it.';
comment on column organisations.anchors.record_key is 'Key of the record within the dataset.';
comment on column organisations.anchors.organisation_id is 'Organisation.';
comment on column organisations.anchors.match_rule is 'crn: registration number; entref: enterprise without a number; name_postcode: such an enterprise that bears the name of exactly one company at a postcode of both.';

create table if not exists organisations.name_matches (
    month date not null,
    dataset varchar not null,
    record_key varchar not null,
    organisation_id varchar not null,
    match_rule varchar not null check (match_rule in ('name_postcode', 'name'))
);
comment on table organisations.name_matches is 'Records without a number whose name, with the postcode or alone, exactly one anchored organisation bears.';
comment on column organisations.name_matches.month is 'First day of the month.';
comment on column organisations.name_matches.dataset is 'Dataset that names it.';
comment on column organisations.name_matches.record_key is 'Key of the record within the dataset.';
comment on column organisations.name_matches.organisation_id is 'Organisation.';
comment on column organisations.name_matches.match_rule is 'name_postcode: name and postcode; name: the name alone.';

create table if not exists organisations.link_candidates (
    month date not null,
    dataset varchar,
    record_key varchar,
    organisation_id varchar,
    normalised_name varchar not null,
    postcode varchar,
    rare_tokens varchar[] not null
);
comment on table organisations.link_candidates is 'Names put to record linkage: those of the records that no exact rule matched, and those of the anchored organisations near them in name or place.';
comment on column organisations.link_candidates.month is 'First day of the month.';
comment on column organisations.link_candidates.dataset is 'Dataset of the unmatched record; null for the name of an anchored organisation.';
comment on column organisations.link_candidates.record_key is 'Key of the unmatched record; null for the name of an anchored organisation.';
comment on column organisations.link_candidates.organisation_id is 'Anchored organisation that bears the name; null for an unmatched record.';
comment on column organisations.link_candidates.normalised_name is 'Normalised name.';
comment on column organisations.link_candidates.postcode is 'Postcode, normalised.';
comment on column organisations.link_candidates.rare_tokens is 'Words of the name that at most link_rare_token_names known names hold, in order.';

create table if not exists organisations.links (
    month date not null,
    dataset varchar not null,
    record_key varchar not null,
    organisation_id varchar not null,
    match_probability double not null check (match_probability between 0 and 1)
);
comment on table organisations.links is 'Records that record linkage takes for an anchored organisation.';
comment on column organisations.links.month is 'First day of the month.';
comment on column organisations.links.dataset is 'Dataset that names it.';
comment on column organisations.links.record_key is 'Key of the record within the dataset.';
comment on column organisations.links.organisation_id is 'Organisation.';
comment on column organisations.links.match_probability is 'Probability of the match.';

create table if not exists organisations.matches (
    month date not null,
    dataset varchar not null,
    record_key varchar not null,
    organisation_id varchar not null,
    match_rule varchar not null check (match_rule in ('crn', 'entref', 'name_postcode', 'name', 'linked', 'new')),
    match_score double not null check (match_score between 0 and 1)
);
comment on table organisations.matches is 'Which organisation each record is, by which rule and how surely.';
comment on column organisations.matches.month is 'First day of the month.';
comment on column organisations.matches.dataset is 'Dataset that names it.';
comment on column organisations.matches.record_key is 'Key of the record within the dataset.';
comment on column organisations.matches.organisation_id is 'Organisation.';
comment on column organisations.matches.match_rule is 'crn, entref, name_postcode; name: the same normalised name where only one organisation bears it; linked: record linkage; new: no match, an organisation of its own.';
comment on column organisations.matches.match_score is '1 for exact rules, else the linkage''s match probability.';

create table if not exists organisations.organisations (
    month date not null,
    organisation_id varchar not null,
    name varchar not null,
    crn varchar,
    entref varchar,
    organisation_type varchar not null check (organisation_type in ('business', 'university', 'research_organisation', 'public_body', 'charity', 'overseas')),
    is_firm boolean not null,
    employees bigint,
    turnover_gbp decimal(18, 2),
    employees_source varchar check (employees_source in ('register', 'rtic', 'accounts', 'sites', 'size_band')),
    employees_as_of date,
    turnover_source varchar check (turnover_source in ('register', 'rtic', 'accounts')),
    turnover_as_of date
);
comment on table organisations.organisations is 'Organisations of the month.';
comment on column organisations.organisations.month is 'First day of the month.';
comment on column organisations.organisations.organisation_id is 'CRN- and the registration number, else ENT- and the enterprise reference, else ORG- and a digest of normalised name and postcode; UNIT- and a unit of UK Business Counts is a firm of which nothing else is known.';
comment on column organisations.organisations.name is 'Name, from the register where it has one.';
comment on column organisations.organisations.crn is 'Company registration number.';
comment on column organisations.organisations.entref is 'IDBR enterprise reference.';
comment on column organisations.organisations.organisation_type is 'What kind of organisation it is.';
comment on column organisations.organisations.is_firm is 'True where the profile counts its type as a firm; a company that Companies House alone names is none while the units of UK Business Counts stand for all firms.';
comment on column organisations.organisations.employees is 'Employees of the whole organisation; the register''s figure, else RTIC''s, else that of its accounts, else the sum over its sites, else the middle of the size band of the unit whose place it takes.';
comment on column organisations.organisations.turnover_gbp is 'Turnover of the whole organisation in GBP; the register''s figure, else RTIC''s, else that of its accounts.';
comment on column organisations.organisations.employees_source is 'Where the figure of employees is from; size_band: an estimate, the middle of a band of UK Business Counts.';
comment on column organisations.organisations.employees_as_of is 'Date that it is as of: of the drop, of the accounts'' balance sheet; null where the organisation has no such figure.';
comment on column organisations.organisations.turnover_source is 'Where the figure of turnover is from.';
comment on column organisations.organisations.turnover_as_of is 'Date that it is as of, likewise.';

create table if not exists organisations.institution_points (
    month date not null,
    institution_key varchar not null,
    easting double not null,
    northing double not null,
    grid varchar not null check (grid in ('gb', 'ni')),
    latitude double not null,
    longitude double not null
);
comment on table organisations.institution_points is 'Where the institutions of publications are, projected to their grid.';
comment on column organisations.institution_points.month is 'First day of the month.';
comment on column organisations.institution_points.institution_key is 'OpenAlex institution id or MAG affiliation id.';
comment on column organisations.institution_points.easting is 'Easting in metres of `grid`.';
comment on column organisations.institution_points.northing is 'Northing in metres of `grid`.';
comment on column organisations.institution_points.grid is 'gb: British National Grid; ni: Irish Grid.';
comment on column organisations.institution_points.latitude is 'Latitude in degrees, WGS84.';
comment on column organisations.institution_points.longitude is 'Longitude in degrees, WGS84.';

create table if not exists organisations.counted_areas (
    month date not null,
    area_code varchar not null,
    code varchar not null,
    area_name varchar,
    area_level varchar check (area_level in ('msoa', 'local_authority', 'itl3', 'itl2', 'itl1', 'region', 'country')),
    units bigint not null,
    live_postcodes bigint not null,
    is_around_others boolean not null,
    is_used boolean not null
);
comment on table organisations.counted_areas is 'Areas of UK Business Counts, and the level of the postcode directory that knows each.';
comment on column organisations.counted_areas.month is 'First day of the month.';
comment on column organisations.counted_areas.area_code is 'Code of the area as given.';
comment on column organisations.counted_areas.code is 'The same as the postcode directory writes it: TL for the UK of NUTS codes.';
comment on column organisations.counted_areas.area_name is 'Name of the area.';
comment on column organisations.counted_areas.area_level is 'Column of codes of the directory that has it, the finest of several; null where none has.';
comment on column organisations.counted_areas.units is 'Local units of all industries and size bands together.';
comment on column organisations.counted_areas.live_postcodes is 'Live postcodes with a place in the area.';
comment on column organisations.counted_areas.is_around_others is 'True where areas of a finer level with counts lie in it: its units would count twice.';
comment on column organisations.counted_areas.is_used is 'True where its units are put on postcodes: the profile uses the counts, the month has no IDBR, the directory knows the area, and it is around no others.';

create table if not exists organisations.counted_units (
    month date not null,
    unit_id varchar not null,
    area_code varchar not null,
    sic2007 varchar not null,
    size_band varchar not null,
    organisation_id varchar not null,
    is_named boolean not null,
    postcode varchar not null,
    employees bigint
);
comment on table organisations.counted_units is 'Every local unit of UK Business Counts, put on a live postcode of its area: a unit of an unknown firm, or of a company known to be RD&I-active that takes its place.';
comment on column organisations.counted_units.month is 'First day of the month.';
comment on column organisations.counted_units.unit_id is 'BC, area, industry, fewest employees of the band (T where the drop has no bands) and number within these.';
comment on column organisations.counted_units.area_code is 'Code of the area as given.';
comment on column organisations.counted_units.sic2007 is 'SIC 2007 code, 5 digits.';
comment on column organisations.counted_units.size_band is 'Band of employees, in the publisher''s words; Total where the drop has no bands.';
comment on column organisations.counted_units.organisation_id is 'UNIT and the unit, a firm of its own of which nothing is known; else the company that takes its place.';
comment on column organisations.counted_units.is_named is 'True where a company that is known to be RD&I-active takes the unit''s place.';
comment on column organisations.counted_units.postcode is 'Postcode that the unit is put on: an estimate, but for a company''s own.';
comment on column organisations.counted_units.employees is 'Middle of the size band, an estimate; null where the drop has no bands.';

create table if not exists organisations.sites (
    month date not null,
    site_id varchar not null,
    organisation_id varchar not null,
    postcode varchar,
    easting double,
    northing double,
    grid varchar check (grid in ('gb', 'ni')),
    latitude double,
    longitude double,
    geocode_quality varchar not null check (geocode_quality in ('postcode', 'terminated_postcode', 'sector', 'district', 'coordinates', 'unlocated')),
    local_authority_code varchar,
    region_code varchar,
    employees bigint,
    in_register boolean not null,
    in_rtic boolean not null,
    is_registered_only boolean not null,
    is_excluded boolean not null
);
comment on table organisations.sites is 'Sites of the organisations, one a local unit or a further known location.';
comment on column organisations.sites.month is 'First day of the month.';
comment on column organisations.sites.site_id is 'Site: LU and the local unit reference, BC and the counted unit, else organisation and postcode or coordinates.';
comment on column organisations.sites.organisation_id is 'Organisation.';
comment on column organisations.sites.postcode is 'Postcode; null where the site is known by coordinates alone.';
comment on column organisations.sites.easting is 'Easting in metres of `grid`; null where unlocated.';
comment on column organisations.sites.northing is 'Northing in metres of `grid`; null where unlocated.';
comment on column organisations.sites.grid is 'gb: British National Grid; ni: Irish Grid.';
comment on column organisations.sites.latitude is 'Latitude in degrees, WGS84.';
comment on column organisations.sites.longitude is 'Longitude in degrees, WGS84.';
comment on column organisations.sites.geocode_quality is 'How the place was found.';
comment on column organisations.sites.local_authority_code is 'ONS code of the local authority district.';
comment on column organisations.sites.region_code is 'ONS code of the region or nation.';
comment on column organisations.sites.employees is 'Employees at the site, where the source gives a count.';
comment on column organisations.sites.in_register is 'True where IDBR or Companies House places the organisation here.';
comment on column organisations.sites.in_rtic is 'True where RTIC places the organisation here.';
comment on column organisations.sites.is_registered_only is 'True where only a registered office is known here.';
comment on column organisations.sites.is_excluded is 'True where left out as a registration at a formation agent''s postcode.';

create table if not exists organisations.formation_agents (
    month date not null,
    postcode varchar not null,
    registered_only_organisations bigint not null,
    excluded_sites bigint not null,
    kept_sites bigint not null
);
comment on table organisations.formation_agents is 'Postcodes taken as formation agents'' and what was left out there.';
comment on column organisations.formation_agents.month is 'First day of the month.';
comment on column organisations.formation_agents.postcode is 'Postcode.';
comment on column organisations.formation_agents.registered_only_organisations is 'Organisations with only a registered office here.';
comment on column organisations.formation_agents.excluded_sites is 'Sites left out.';
comment on column organisations.formation_agents.kept_sites is 'Sites kept: other evidence of operating here.';

create table if not exists organisations.site_codes (
    month date not null,
    site_id varchar not null,
    organisation_id varchar not null,
    scheme varchar not null check (scheme in ('sic', 'rtic')),
    code varchar not null,
    is_only boolean not null
);
comment on table organisations.site_codes is 'Codes of activity of each site that is not left out, as its sources give them; which sector each is in, the sectors'' lists say.';
comment on column organisations.site_codes.month is 'First day of the month.';
comment on column organisations.site_codes.site_id is 'Site: LU and the local unit reference, BC and the counted unit, else organisation and postcode or coordinates.';
comment on column organisations.site_codes.organisation_id is 'Organisation.';
comment on column organisations.site_codes.scheme is 'sic: of the Standard Industrial Classification; rtic: of the Real-Time Industrial Classifications.';
comment on column organisations.site_codes.code is 'Code: five digits, or RTIC and four digits.';
comment on column organisations.site_codes.is_only is 'Whether its source gives a site one code at the most.';

create table if not exists organisations.site_sectors (
    month date not null,
    site_id varchar not null,
    organisation_id varchar not null,
    scheme varchar not null check (scheme in ('sic', 'rtic')),
    sector varchar not null
);
comment on table organisations.site_sectors is 'Sectors of each site that is not left out.';
comment on column organisations.site_sectors.month is 'First day of the month.';
comment on column organisations.site_sectors.site_id is 'Site: LU and the local unit reference, BC and the counted unit, else organisation and postcode or coordinates.';
comment on column organisations.site_sectors.organisation_id is 'Organisation.';
comment on column organisations.site_sectors.scheme is 'sic: broad SIC sectors; rtic: emerging sectors.';
comment on column organisations.site_sectors.sector is 'Name of the sector.';

create table if not exists organisations.projects (
    month date not null,
    source varchar not null check (source in ('innovate_uk', 'ukri', 'cordis')),
    project_id varchar not null,
    award_dataset varchar not null check (award_dataset in ('innovate_uk', 'innovate_uk_applications', 'ukri', 'cordis')),
    activity_date date,
    is_in_window boolean not null,
    stated_total_gbp decimal(18, 2)
);
comment on table organisations.projects is 'Publicly funded projects and applications that count, each once.';
comment on column organisations.projects.month is 'First day of the month.';
comment on column organisations.projects.source is 'innovate_uk: funded projects and applications; ukri: Gateway to Research; cordis: the European Union''s framework programmes.';
comment on column organisations.projects.project_id is 'Application Number, or Gateway to Research project id, or CORDIS- and CORDIS''s project id.';
comment on column organisations.projects.award_dataset is 'Dataset whose awards count: the funded list goes before the applications.';
comment on column organisations.projects.activity_date is 'Start of the project, else of the competition''s financial year.';
comment on column organisations.projects.is_in_window is 'True where activity_date lies within rdi_window_years before the month''s end.';
comment on column organisations.projects.stated_total_gbp is 'Award of the project as a whole in GBP, where the source states one.';

create table if not exists organisations.project_partners (
    month date not null,
    source varchar not null check (source in ('innovate_uk', 'ukri', 'cordis')),
    project_id varchar not null,
    organisation_id varchar not null,
    postcode varchar,
    is_lead boolean not null,
    is_funded boolean not null,
    award_gbp decimal(18, 2),
    uncounted_because varchar check (uncounted_because in ('withdrawn', 'on_hold'))
);
comment on table organisations.project_partners is 'Each participant row of the projects, with the organisation it is.';
comment on column organisations.project_partners.month is 'First day of the month.';
comment on column organisations.project_partners.source is 'innovate_uk: funded projects and applications; ukri: Gateway to Research; cordis: the European Union''s framework programmes.';
comment on column organisations.project_partners.project_id is 'Application Number, or Gateway to Research project id, or CORDIS- and CORDIS''s project id.';
comment on column organisations.project_partners.organisation_id is 'Organisation.';
comment on column organisations.project_partners.postcode is 'Postcode the source gives for this participation.';
comment on column organisations.project_partners.is_lead is 'True for the lead participant.';
comment on column organisations.project_partners.is_funded is 'True where the row is of a funded project.';
comment on column organisations.project_partners.award_gbp is 'Award given to this participant in GBP; 0 is given, null is not given, or given in the other list.';
comment on column organisations.project_partners.uncounted_because is 'Why the award counts as nobody''s funding: withdrawn (the participant or the project) or on_hold; null where it counts.';

create table if not exists organisations.participations (
    month date not null,
    source varchar not null check (source in ('innovate_uk', 'ukri', 'cordis')),
    project_id varchar not null,
    organisation_id varchar not null,
    activity_date date,
    is_lead boolean not null,
    is_funded boolean not null,
    is_in_window boolean not null
);
comment on table organisations.participations is 'Who took part in which publicly funded project or application.';
comment on column organisations.participations.month is 'First day of the month.';
comment on column organisations.participations.source is 'innovate_uk: funded projects and applications; ukri: Gateway to Research; cordis: the European Union''s framework programmes.';
comment on column organisations.participations.project_id is 'Application Number, or Gateway to Research project id, or CORDIS- and CORDIS''s project id.';
comment on column organisations.participations.organisation_id is 'Organisation.';
comment on column organisations.participations.activity_date is 'Start of the project, else of the competition''s financial year.';
comment on column organisations.participations.is_lead is 'True where the organisation leads.';
comment on column organisations.participations.is_funded is 'True where the project was funded.';
comment on column organisations.participations.is_in_window is 'True where activity_date lies within rdi_window_years before the month''s end.';

create table if not exists organisations.funding (
    month date not null,
    funder varchar not null check (funder in ('innovate_uk', 'ukri')),
    project_id varchar not null,
    organisation_id varchar,
    postcode varchar,
    amount_gbp decimal(18, 2) not null,
    funding_basis varchar not null check (funding_basis in ('given', 'equal_split', 'unattributed'))
);
comment on table organisations.funding is 'Each organisation''s share of each project''s funding that counts.';
comment on column organisations.funding.month is 'First day of the month.';
comment on column organisations.funding.funder is 'innovate_uk or ukri (all other UKRI funding).';
comment on column organisations.funding.project_id is 'Application or project.';
comment on column organisations.funding.organisation_id is 'Organisation; null where the source''s total is not attributed to any participant.';
comment on column organisations.funding.postcode is 'Postcode the source gives for this participation.';
comment on column organisations.funding.amount_gbp is 'Share in GBP.';
comment on column organisations.funding.funding_basis is 'given: the source''s own figure for the participant; equal_split: the rest, split equally; unattributed: no participant to give it to.';

create table if not exists organisations.rdi_activity (
    month date not null,
    organisation_id varchar not null,
    innovate_uk_applications bigint not null,
    ukri_projects bigint not null,
    cordis_projects bigint not null,
    publications bigint not null,
    publications_fractional decimal(18, 4) not null,
    patents bigint not null,
    rd_tax_claims bigint not null,
    is_rdi_active boolean not null
);
comment on table organisations.rdi_activity is 'Signals of research, development and innovation in the window.';
comment on column organisations.rdi_activity.month is 'First day of the month.';
comment on column organisations.rdi_activity.organisation_id is 'Organisation.';
comment on column organisations.rdi_activity.innovate_uk_applications is 'Innovate UK applications and projects in the window.';
comment on column organisations.rdi_activity.ukri_projects is 'UKRI projects in the window.';
comment on column organisations.rdi_activity.cordis_projects is 'Projects of the European Union''s framework programmes in the window, where the profile counts them.';
comment on column organisations.rdi_activity.publications is 'Publications in the window, one for each the organisation has an author on.';
comment on column organisations.rdi_activity.publications_fractional is 'The same, each divided by the institutions on it.';
comment on column organisations.rdi_activity.patents is 'Patents in the window.';
comment on column organisations.rdi_activity.rd_tax_claims is 'R&D tax claims in the window.';
comment on column organisations.rdi_activity.is_rdi_active is 'True where any signal is above zero.';

create table if not exists organisations.site_funding (
    month date not null,
    funder varchar not null check (funder in ('innovate_uk', 'ukri')),
    project_id varchar not null,
    organisation_id varchar not null,
    site_id varchar not null,
    amount_gbp decimal(18, 2) not null
);
comment on table organisations.site_funding is 'Each located site''s share of each project''s funding.';
comment on column organisations.site_funding.month is 'First day of the month.';
comment on column organisations.site_funding.funder is 'innovate_uk or ukri.';
comment on column organisations.site_funding.project_id is 'Application or project.';
comment on column organisations.site_funding.organisation_id is 'Organisation.';
comment on column organisations.site_funding.site_id is 'Site: LU and the local unit reference, BC and the counted unit, else organisation and postcode or coordinates.';
comment on column organisations.site_funding.amount_gbp is 'Share in GBP.';

create table if not exists organisations.apportioned_sites (
    month date not null,
    site_id varchar not null,
    organisation_id varchar not null,
    postcode varchar,
    easting double not null,
    northing double not null,
    latitude double not null,
    longitude double not null,
    geocode_quality varchar not null check (geocode_quality in ('postcode', 'terminated_postcode', 'sector', 'district', 'coordinates')),
    employees decimal(18, 2),
    turnover_gbp decimal(18, 2),
    iuk_funding_gbp decimal(18, 2) not null,
    ukri_funding_gbp decimal(18, 2) not null,
    publications decimal(18, 2) not null,
    publications_fractional decimal(18, 4) not null,
    apportionment_basis varchar not null check (apportionment_basis in ('employee_weighted', 'even'))
);
comment on table organisations.apportioned_sites is 'What each located site carries of its organisation''s size, funding and publications.';
comment on column organisations.apportioned_sites.month is 'First day of the month.';
comment on column organisations.apportioned_sites.site_id is 'Site: LU and the local unit reference, BC and the counted unit, else organisation and postcode or coordinates.';
comment on column organisations.apportioned_sites.organisation_id is 'Organisation.';
comment on column organisations.apportioned_sites.postcode is 'Postcode; null where the site is known by coordinates alone.';
comment on column organisations.apportioned_sites.easting is 'Easting in metres: British National Grid, or Irish Grid in Northern Ireland.';
comment on column organisations.apportioned_sites.northing is 'Northing in metres: British National Grid, or Irish Grid in Northern Ireland.';
comment on column organisations.apportioned_sites.latitude is 'Latitude in degrees, WGS84.';
comment on column organisations.apportioned_sites.longitude is 'Longitude in degrees, WGS84.';
comment on column organisations.apportioned_sites.geocode_quality is 'How the place was found.';
comment on column organisations.apportioned_sites.employees is 'Share of the organisation''s employees; null where unknown.';
comment on column organisations.apportioned_sites.turnover_gbp is 'Share of the organisation''s turnover in GBP; null where unknown.';
comment on column organisations.apportioned_sites.iuk_funding_gbp is 'Innovate UK funding in GBP.';
comment on column organisations.apportioned_sites.ukri_funding_gbp is 'Other UKRI funding in GBP.';
comment on column organisations.apportioned_sites.publications is 'Share of the organisation''s publications in the window.';
comment on column organisations.apportioned_sites.publications_fractional is 'Share of its fractional count.';
comment on column organisations.apportioned_sites.apportionment_basis is 'employee_weighted where every site of the organisation has a count and they sum to more than zero, else even.';

create table if not exists organisations.unlocated_funding (
    month date not null,
    funder varchar not null check (funder in ('innovate_uk', 'ukri')),
    project_id varchar not null,
    organisation_id varchar,
    amount_gbp decimal(18, 2) not null,
    reason varchar not null check (reason in ('overseas', 'no_site', 'no_usable_postcode', 'formation_agent', 'unattributed'))
);
comment on table organisations.unlocated_funding is 'Funding with no usable place in the United Kingdom.';
comment on column organisations.unlocated_funding.month is 'First day of the month.';
comment on column organisations.unlocated_funding.funder is 'innovate_uk or ukri.';
comment on column organisations.unlocated_funding.project_id is 'Application or project.';
comment on column organisations.unlocated_funding.organisation_id is 'Organisation; null where not attributed to any.';
comment on column organisations.unlocated_funding.amount_gbp is 'Amount in GBP.';
comment on column organisations.unlocated_funding.reason is 'Why it could not be placed.';

create table if not exists organisations.uncounted_funding (
    month date not null,
    funder varchar not null check (funder in ('innovate_uk', 'ukri')),
    project_id varchar not null,
    organisation_id varchar not null,
    reason varchar not null check (reason in ('withdrawn', 'on_hold')),
    amount_gbp decimal(18, 2) not null
);
comment on table organisations.uncounted_funding is 'Awards that are nobody''s funding, and stand in no other table of money.';
comment on column organisations.uncounted_funding.month is 'First day of the month.';
comment on column organisations.uncounted_funding.funder is 'innovate_uk or ukri.';
comment on column organisations.uncounted_funding.project_id is 'Application or project.';
comment on column organisations.uncounted_funding.organisation_id is 'Organisation that it was offered to.';
comment on column organisations.uncounted_funding.reason is 'withdrawn: the participant or the whole project withdrew; on_hold: the project is on hold and the profile does not count those.';
comment on column organisations.uncounted_funding.amount_gbp is 'Amount in GBP.';
