-- Groups of sites that lie close together, per sector; their outlines and location quotients.

create schema if not exists spatial;

create table if not exists spatial.points (
    month date not null,
    scheme varchar not null check (scheme in ('sic', 'rtic', 'rdi', 'all')),
    sector varchar not null,
    organisation_id varchar not null,
    site_id varchar not null,
    grid varchar not null check (grid in ('gb', 'ni')),
    easting double not null,
    northing double not null,
    is_firm boolean not null,
    is_rdi_active boolean not null
);
comment on table spatial.points is 'What the density methods see: one point an organisation, postcode and sector.';
comment on column spatial.points.month is 'First day of the month.';
comment on column spatial.points.scheme is 'sic, rtic; rdi: all RD&I-active organisations; all: every business site, the background of the scan.';
comment on column spatial.points.sector is 'Sector; All RD&I-active for rdi, All sites for all.';
comment on column spatial.points.organisation_id is 'Organisation.';
comment on column spatial.points.site_id is 'Site: LU and the local unit reference, else organisation and postcode or coordinates.';
comment on column spatial.points.grid is 'gb or ni: clustered apart.';
comment on column spatial.points.easting is 'Easting in metres of `grid`.';
comment on column spatial.points.northing is 'Northing in metres of `grid`.';
comment on column spatial.points.is_firm is 'True where the organisation counts as a firm.';
comment on column spatial.points.is_rdi_active is 'True where the organisation is RD&I-active.';

create table if not exists spatial.runs (
    month date not null,
    profile varchar not null,
    scheme varchar not null,
    sector varchar not null,
    grid varchar not null,
    algorithm varchar not null check (algorithm in ('hdbscan', 'dbscan', 'scan')),
    points bigint not null,
    min_cluster_size bigint not null,
    min_samples bigint not null,
    epsilon_m double not null,
    groups bigint not null,
    noise_points bigint not null,
    critical_score double,
    skipped_reason varchar,
    points_fingerprint varchar not null,
    groups_found bigint not null,
    profile_fingerprint varchar not null
);
comment on table spatial.runs is 'Every run over a sector''s points, also those not made.';
comment on column spatial.runs.month is 'First day of the month.';
comment on column spatial.runs.profile is 'Method profile the row was made with.';
comment on column spatial.runs.scheme is 'sic, rtic or rdi.';
comment on column spatial.runs.sector is 'Sector.';
comment on column spatial.runs.grid is 'gb or ni.';
comment on column spatial.runs.algorithm is 'hdbscan, dbscan, or scan over the hierarchy.';
comment on column spatial.runs.points is 'Points given.';
comment on column spatial.runs.min_cluster_size is 'min_cluster_size used.';
comment on column spatial.runs.min_samples is 'min_samples used.';
comment on column spatial.runs.epsilon_m is 'cluster_selection_epsilon (hdbscan) or radius (dbscan) in metres.';
comment on column spatial.runs.groups is 'Groups kept.';
comment on column spatial.runs.noise_points is 'Points in no group kept.';
comment on column spatial.runs.critical_score is 'Penalty of the scan: the 95% quantile of the largest score on null data.';
comment on column spatial.runs.skipped_reason is 'Why the run was not made; null where it was.';
comment on column spatial.runs.points_fingerprint is 'First 16 hex digits of the SHA-256 of the code, the points and, for the scan, of what they are compared with: a run with the same in an earlier month and with the same profile''s values is taken over.';
comment on column spatial.runs.groups_found is 'Groups before those are left out whose p-value, adjusted over the month, is above scan_alpha.';
comment on column spatial.runs.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists spatial.groups (
    month date not null,
    profile varchar not null,
    group_id varchar not null,
    scheme varchar not null,
    sector varchar not null,
    grid varchar not null,
    points bigint not null,
    firms bigint not null,
    places bigint,
    address_share double,
    scan_score double,
    relative_density double,
    scan_p_value double,
    scan_q_value double,
    linking_distance_m double,
    profile_fingerprint varchar not null
);
comment on table spatial.groups is 'Groups of at least min_firms distinct firms.';
comment on column spatial.groups.month is 'First day of the month.';
comment on column spatial.groups.profile is 'Method profile the row was made with.';
comment on column spatial.groups.group_id is 'Group, unique within month and profile; starts with the approach: spatial- or network-.';
comment on column spatial.groups.scheme is 'sic, rtic or rdi.';
comment on column spatial.groups.sector is 'Sector.';
comment on column spatial.groups.grid is 'gb or ni.';
comment on column spatial.groups.points is 'Points in the group.';
comment on column spatial.groups.firms is 'Distinct firms in the group.';
comment on column spatial.groups.places is 'Distinct places (postcodes'' coordinates) of its points; null only in a month made before this was kept.';
comment on column spatial.groups.address_share is 'Share of its firms at the place that has most of them: near 1, the group is an address; null likewise.';
comment on column spatial.groups.scan_score is 'Log likelihood ratio of the window that was tested; null outside the scan.';
comment on column spatial.groups.relative_density is 'Cases over expectation, k / E, of what counts in the group; null outside the scan.';
comment on column spatial.groups.scan_p_value is 'p-value of the score, before adjustment; null outside the scan.';
comment on column spatial.groups.scan_q_value is 'The same after Benjamini-Hochberg over all groups of the month and profile.';
comment on column spatial.groups.linking_distance_m is 'Longest link between its places in metres; null outside the scan.';
comment on column spatial.groups.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists spatial.group_members (
    month date not null,
    profile varchar not null,
    group_id varchar not null,
    organisation_id varchar not null,
    site_id varchar not null
);
comment on table spatial.group_members is 'Sites in each group.';
comment on column spatial.group_members.month is 'First day of the month.';
comment on column spatial.group_members.profile is 'Method profile the row was made with.';
comment on column spatial.group_members.group_id is 'Group, unique within month and profile; starts with the approach: spatial- or network-.';
comment on column spatial.group_members.organisation_id is 'Organisation.';
comment on column spatial.group_members.site_id is 'Site: LU and the local unit reference, else organisation and postcode or coordinates.';

create table if not exists spatial.scan_null (
    month date not null,
    profile varchar not null,
    grid varchar not null check (grid in ('gb', 'ni')),
    cases bigint not null,
    background_fingerprint varchar not null,
    draws bigint not null,
    location double not null,
    scale double not null check (scale > 0),
    profile_fingerprint varchar not null
);
comment on table spatial.scan_null is 'The scan''s largest score where there is nothing to find, by number of cases: kept for as long as the background is the same.';
comment on column spatial.scan_null.month is 'First day of the month.';
comment on column spatial.scan_null.profile is 'Method profile the row was made with.';
comment on column spatial.scan_null.grid is 'gb or ni.';
comment on column spatial.scan_null.cases is 'Sites drawn from all business sites for each null data set.';
comment on column spatial.scan_null.background_fingerprint is 'First 16 hex digits of the SHA-256 of the business sites and their stretch, the rules for windows, the draws and the seed.';
comment on column spatial.scan_null.draws is 'Null data sets scored.';
comment on column spatial.scan_null.location is 'Location of the Gumbel distribution of their largest scores.';
comment on column spatial.scan_null.scale is 'Scale of that distribution.';
comment on column spatial.scan_null.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists spatial.outlines (
    month date not null,
    profile varchar not null,
    group_id varchar not null,
    outline_wkt varchar not null,
    area_km2 double not null,
    latitude double not null,
    longitude double not null,
    easting double not null,
    northing double not null,
    grid varchar not null,
    profile_fingerprint varchar not null
);
comment on table spatial.outlines is 'Outline and centre of each group.';
comment on column spatial.outlines.month is 'First day of the month.';
comment on column spatial.outlines.profile is 'Method profile the row was made with.';
comment on column spatial.outlines.group_id is 'Group, unique within month and profile; starts with the approach: spatial- or network-.';
comment on column spatial.outlines.outline_wkt is 'Outline, WKT polygon or multipolygon, longitude and latitude in WGS84.';
comment on column spatial.outlines.area_km2 is 'Area of the outline in square kilometres.';
comment on column spatial.outlines.latitude is 'Latitude of the members'' mean, degrees WGS84.';
comment on column spatial.outlines.longitude is 'Longitude of the members'' mean, degrees WGS84.';
comment on column spatial.outlines.easting is 'Easting of the members'' mean in metres of `grid`.';
comment on column spatial.outlines.northing is 'Northing of the members'' mean in metres of `grid`.';
comment on column spatial.outlines.grid is 'gb or ni.';
comment on column spatial.outlines.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists spatial.location_quotients (
    month date not null,
    profile varchar not null,
    group_id varchar not null,
    scheme varchar not null,
    sector varchar not null,
    sector_firms bigint not null,
    outline_firms bigint not null,
    national_sector_firms bigint not null,
    national_firms bigint not null,
    location_quotient double not null,
    location_quotient_low double not null,
    location_quotient_high double not null,
    p_value double not null,
    q_value double not null,
    profile_fingerprint varchar not null
);
comment on table spatial.location_quotients is 'Location quotient of each group by sector.';
comment on column spatial.location_quotients.month is 'First day of the month.';
comment on column spatial.location_quotients.profile is 'Method profile the row was made with.';
comment on column spatial.location_quotients.group_id is 'Group, unique within month and profile; starts with the approach: spatial- or network-.';
comment on column spatial.location_quotients.scheme is 'sic or rtic.';
comment on column spatial.location_quotients.sector is 'Sector.';
comment on column spatial.location_quotients.sector_firms is 'Firms of the sector in the group.';
comment on column spatial.location_quotients.outline_firms is 'All firms inside the group''s outline.';
comment on column spatial.location_quotients.national_sector_firms is 'Firms of the sector in the United Kingdom.';
comment on column spatial.location_quotients.national_firms is 'All firms in the United Kingdom.';
comment on column spatial.location_quotients.location_quotient is '(sector_firms / outline_firms) / (national_sector_firms / national_firms).';
comment on column spatial.location_quotients.location_quotient_low is 'Lower end of its 95% interval.';
comment on column spatial.location_quotients.location_quotient_high is 'Upper end of its 95% interval.';
comment on column spatial.location_quotients.p_value is 'One-sided binomial p-value of LQ > 1.';
comment on column spatial.location_quotients.q_value is 'After Benjamini-Hochberg over the sectors tested for the group.';
comment on column spatial.location_quotients.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists spatial.area_quotients (
    month date not null,
    area_code varchar not null,
    area_name varchar,
    area_level varchar,
    sector varchar not null,
    sector_units bigint not null,
    area_units bigint not null,
    national_sector_units bigint not null,
    national_units bigint not null,
    location_quotient double not null
);
comment on table spatial.area_quotients is 'Location quotient of each sector in each area of UK Business Counts, of the counts as they are published.';
comment on column spatial.area_quotients.month is 'First day of the month.';
comment on column spatial.area_quotients.area_code is 'Code of the area as given.';
comment on column spatial.area_quotients.area_name is 'Name of the area.';
comment on column spatial.area_quotients.area_level is 'Level of the postcode directory that has the area; null where none has.';
comment on column spatial.area_quotients.sector is 'Broad SIC sector.';
comment on column spatial.area_quotients.sector_units is 'Units of the sector in the area.';
comment on column spatial.area_quotients.area_units is 'All units of the area.';
comment on column spatial.area_quotients.national_sector_units is 'Units of the sector in all areas.';
comment on column spatial.area_quotients.national_units is 'All units of all areas.';
comment on column spatial.area_quotients.location_quotient is '(sector_units / area_units) / (national_sector_units / national_units).';
