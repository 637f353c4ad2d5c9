-- What is published: clusters with their four criteria, type, name, figures and identity over time.

create schema if not exists typology;

create table if not exists typology.innovation_clusters (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    name varchar not null,
    approach varchar not null check (approach in ('spatial', 'network', 'both')),
    scheme varchar,
    sector varchar,
    cluster_type varchar not null check (cluster_type in ('Diverse', 'Specialised', 'R&D Collaborating', 'Dispersed')),
    firms bigint not null check (firms >= 10),
    sites bigint not null,
    places bigint,
    address_share double,
    employees decimal(18, 2),
    turnover_gbp decimal(18, 2),
    iuk_funding_gbp decimal(18, 2) not null,
    ukri_funding_gbp decimal(18, 2) not null,
    publications decimal(18, 2) not null,
    is_rdi_active boolean not null,
    is_colocated boolean not null,
    is_specialised boolean not null,
    is_internally_collaborative boolean not null,
    rdi_active_share double not null,
    location_quotient double,
    joint_projects bigint not null,
    collaboration_p_value double not null,
    relative_density double,
    scan_p_value double,
    regions varchar not null,
    local_authorities varchar not null,
    latitude double not null,
    longitude double not null,
    outline_wkt varchar,
    profile_fingerprint varchar not null
);
comment on table typology.innovation_clusters is 'The innovation clusters of the month.';
comment on column typology.innovation_clusters.month is 'First day of the month.';
comment on column typology.innovation_clusters.profile is 'Method profile the row was made with.';
comment on column typology.innovation_clusters.cluster_id is 'Cluster; kept from month to month while it keeps the larger part of its firms.';
comment on column typology.innovation_clusters.name is 'Up to three towns inside the outline, the largest first; where there is none, the nearest town and the bearing from it. A cluster without an outline is called Dispersed, followed by the cities of most of its firms. Clusters of one sector that would share a name are numbered.';
comment on column typology.innovation_clusters.approach is 'How it was found.';
comment on column typology.innovation_clusters.scheme is 'sic, rtic or rdi; null for a network cluster.';
comment on column typology.innovation_clusters.sector is 'Sector; null for a network cluster.';
comment on column typology.innovation_clusters.cluster_type is 'The type that the four criteria give.';
comment on column typology.innovation_clusters.firms is 'Distinct firms.';
comment on column typology.innovation_clusters.sites is 'Sites: of a spatial group all those its points stand for, of a community those near its middle, of a Dispersed one all.';
comment on column typology.innovation_clusters.places is 'Distinct places (postcodes'' coordinates): of a spatial group its points'', of a community all located sites'' of its firms; null where none is located, or in a month made before this was kept.';
comment on column typology.innovation_clusters.address_share is 'Share of its firms at the place that has most of them: near 1, the cluster is an address; null likewise.';
comment on column typology.innovation_clusters.employees is 'Employees apportioned to the sites.';
comment on column typology.innovation_clusters.turnover_gbp is 'Turnover apportioned to the sites, GBP.';
comment on column typology.innovation_clusters.iuk_funding_gbp is 'Innovate UK funding, GBP.';
comment on column typology.innovation_clusters.ukri_funding_gbp is 'Other UKRI funding, GBP.';
comment on column typology.innovation_clusters.publications is 'Publications in the window.';
comment on column typology.innovation_clusters.is_rdi_active is 'Criterion 1.';
comment on column typology.innovation_clusters.is_colocated is 'Criterion 2.';
comment on column typology.innovation_clusters.is_specialised is 'Criterion 3.';
comment on column typology.innovation_clusters.is_internally_collaborative is 'Criterion 4.';
comment on column typology.innovation_clusters.rdi_active_share is 'Share of its firms that are RD&I-active.';
comment on column typology.innovation_clusters.location_quotient is 'Location quotient of its sector; of all-sector and network clusters the largest that passes the test, else the largest of any sector.';
comment on column typology.innovation_clusters.joint_projects is 'Applications with at least two of its organisations.';
comment on column typology.innovation_clusters.collaboration_p_value is 'p-value of its joint work in networks of the same degrees.';
comment on column typology.innovation_clusters.relative_density is 'Scan only: points (spatial) or joint partnerships (network) over expectation.';
comment on column typology.innovation_clusters.scan_p_value is 'Scan only: adjusted p-value of the window (spatial) or p-value of the score (network).';
comment on column typology.innovation_clusters.regions is 'Regions of its sites, most sites first, separated by ''; ''.';
comment on column typology.innovation_clusters.local_authorities is 'Local authorities of its sites, most sites first, separated by ''; ''.';
comment on column typology.innovation_clusters.latitude is 'Latitude of the centre, degrees WGS84.';
comment on column typology.innovation_clusters.longitude is 'Longitude of the centre, degrees WGS84.';
comment on column typology.innovation_clusters.outline_wkt is 'Outline, WKT, WGS84; null for a Dispersed cluster.';
comment on column typology.innovation_clusters.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists typology.cluster_members (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    organisation_id varchar not null,
    site_id varchar,
    is_firm boolean
);
comment on table typology.cluster_members is 'Organisations and sites of each cluster.';
comment on column typology.cluster_members.month is 'First day of the month.';
comment on column typology.cluster_members.profile is 'Method profile the row was made with.';
comment on column typology.cluster_members.cluster_id is 'Cluster; kept from month to month while it keeps the larger part of its firms.';
comment on column typology.cluster_members.organisation_id is 'Organisation.';
comment on column typology.cluster_members.site_id is 'Site; null for a member of a network cluster that has no located site in it.';
comment on column typology.cluster_members.is_firm is 'Whether the organisation is a firm: clusters are followed from month to month by their firms. Null where it is not known of a month that an earlier version made.';

create table if not exists typology.cluster_indicators (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    rdi_active_firms bigint not null,
    funded_firms_share double not null,
    sector_sites_share double,
    location_quotient_low double,
    location_quotient_high double,
    specialised_sectors varchar,
    publications_fractional decimal(18, 4) not null,
    largest_partners varchar not null,
    area_km2 double,
    firms_growth_share double,
    employees_growth_share double,
    profile_fingerprint varchar not null
);
comment on table typology.cluster_indicators is 'Further figures on each cluster, with the thresholds used.';
comment on column typology.cluster_indicators.month is 'First day of the month.';
comment on column typology.cluster_indicators.profile is 'Method profile the row was made with.';
comment on column typology.cluster_indicators.cluster_id is 'Cluster; kept from month to month while it keeps the larger part of its firms.';
comment on column typology.cluster_indicators.rdi_active_firms is 'RD&I-active firms.';
comment on column typology.cluster_indicators.funded_firms_share is 'Share of firms with Innovate UK or UKRI funding.';
comment on column typology.cluster_indicators.sector_sites_share is 'Share of the sector''s sites that lie in the cluster.';
comment on column typology.cluster_indicators.location_quotient_low is 'Lower end of the location quotient''s 95% interval.';
comment on column typology.cluster_indicators.location_quotient_high is 'Upper end of the location quotient''s 95% interval.';
comment on column typology.cluster_indicators.specialised_sectors is 'Sectors with LQ > 1 at 5% after adjustment, separated by ''; '' (all-sector and network clusters).';
comment on column typology.cluster_indicators.publications_fractional is 'Fractional count of publications in the window.';
comment on column typology.cluster_indicators.largest_partners is 'Up to five organisations outside the cluster with the most joint projects, ''name (n)'', separated by ''; ''.';
comment on column typology.cluster_indicators.area_km2 is 'Area of the outline in square kilometres.';
comment on column typology.cluster_indicators.firms_growth_share is 'Firms over those of the same cluster twelve months before, less 1; null where that month or cluster is missing.';
comment on column typology.cluster_indicators.employees_growth_share is 'Employees likewise.';
comment on column typology.cluster_indicators.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists typology.candidates (
    month date not null,
    profile varchar not null,
    group_id varchar not null,
    cluster_id varchar,
    approach varchar not null check (approach in ('spatial', 'network')),
    scheme varchar,
    sector varchar,
    firms bigint not null,
    places bigint,
    address_share double,
    min_firms bigint not null,
    rdi_active_firms bigint not null,
    rdi_active_share double not null,
    rdi_min_share double not null,
    national_rdi_share double not null,
    rdi_p_value double not null,
    rdi_alpha double not null,
    is_rdi_active boolean not null,
    colocated_share double not null,
    colocated_min_share double not null,
    is_colocated boolean not null,
    location_quotient double,
    specialised_q_value double,
    specialised_alpha double not null,
    is_specialised boolean not null,
    joint_projects bigint not null,
    min_joint_projects bigint not null,
    joint_pairs bigint not null,
    min_joint_pairs bigint not null,
    collaboration_p_value double not null,
    collaboration_alpha double not null,
    is_internally_collaborative boolean not null,
    scan_q_value double,
    cluster_type varchar,
    unpublished_reason varchar,
    profile_fingerprint varchar not null,
    rdi_min_firms bigint,
    colocated_firms bigint,
    colocated_min_firms bigint,
    deciding_q_value double,
    is_located boolean,
    merged_with varchar
);
comment on table typology.candidates is 'Every group tested, each criterion''s figure and threshold, and why it was not published.';
comment on column typology.candidates.month is 'First day of the month.';
comment on column typology.candidates.profile is 'Method profile the row was made with.';
comment on column typology.candidates.group_id is 'Group, unique within month and profile; starts with the approach: spatial- or network-.';
comment on column typology.candidates.cluster_id is 'Cluster it was published as, by itself or as one with a spatial group; null where it was not.';
comment on column typology.candidates.approach is 'How it was found.';
comment on column typology.candidates.scheme is 'sic, rtic or rdi.';
comment on column typology.candidates.sector is 'Sector.';
comment on column typology.candidates.firms is 'Distinct firms.';
comment on column typology.candidates.places is 'Distinct places (postcodes'' coordinates): of a spatial group its points'', of a community all located sites'' of its firms; null where none is located, or in a month made before this was kept.';
comment on column typology.candidates.address_share is 'Share of its firms at the place that has most of them; null likewise.';
comment on column typology.candidates.min_firms is 'Threshold: distinct firms.';
comment on column typology.candidates.rdi_active_firms is 'RD&I-active firms.';
comment on column typology.candidates.rdi_active_share is 'Share of firms that are RD&I-active.';
comment on column typology.candidates.rdi_min_share is 'Threshold: share.';
comment on column typology.candidates.national_rdi_share is 'RD&I-active share of all firms of the sector in the United Kingdom.';
comment on column typology.candidates.rdi_p_value is 'One-sided binomial p-value of the share against the national one.';
comment on column typology.candidates.rdi_alpha is 'Threshold: p-value.';
comment on column typology.candidates.is_rdi_active is 'Criterion 1.';
comment on column typology.candidates.colocated_share is '1 for a spatial group; share of located firms near one member for a community.';
comment on column typology.candidates.colocated_min_share is 'Threshold: share.';
comment on column typology.candidates.is_colocated is 'Criterion 2.';
comment on column typology.candidates.location_quotient is 'Location quotient the third criterion looked at; within a sector of the scan the relative density.';
comment on column typology.candidates.specialised_q_value is 'Its adjusted p-value.';
comment on column typology.candidates.specialised_alpha is 'Threshold: adjusted p-value.';
comment on column typology.candidates.is_specialised is 'Criterion 3.';
comment on column typology.candidates.joint_projects is 'Joint applications.';
comment on column typology.candidates.min_joint_projects is 'Threshold: joint applications.';
comment on column typology.candidates.joint_pairs is 'Distinct pairs.';
comment on column typology.candidates.min_joint_pairs is 'Threshold: pairs.';
comment on column typology.candidates.collaboration_p_value is 'p-value in networks of the same degrees.';
comment on column typology.candidates.collaboration_alpha is 'Threshold: p-value.';
comment on column typology.candidates.is_internally_collaborative is 'Criterion 4.';
comment on column typology.candidates.scan_q_value is 'Scan only: adjusted p-value of the window (spatial) or p-value of the score (network).';
comment on column typology.candidates.cluster_type is 'Type the criteria give; null where none fits.';
comment on column typology.candidates.unpublished_reason is 'Why it is not a cluster by itself, in words; null where it is.';
comment on column typology.candidates.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';
comment on column typology.candidates.rdi_min_firms is 'Threshold: RD&I-active firms, where the share is below its own; this and the columns after it are null in a month made before they were kept.';
comment on column typology.candidates.colocated_firms is 'Most located firms near one member; null for a spatial group.';
comment on column typology.candidates.colocated_min_firms is 'Threshold: such firms.';
comment on column typology.candidates.deciding_q_value is 'Adjusted p-value that the third criterion is decided by: over all sectors the least of those with a quotient above 1, null where none has one.';
comment on column typology.candidates.is_located is 'Whether any member has a place in the United Kingdom.';
comment on column typology.candidates.merged_with is 'The group found the other way that is one cluster with it; null where there is none.';

create table if not exists typology.cluster_counts (
    month date not null,
    profile varchar not null,
    cluster_type varchar not null,
    clusters bigint not null
);
comment on table typology.cluster_counts is 'Clusters by type.';
comment on column typology.cluster_counts.month is 'First day of the month.';
comment on column typology.cluster_counts.profile is 'Method profile the row was made with.';
comment on column typology.cluster_counts.cluster_type is 'Type.';
comment on column typology.cluster_counts.clusters is 'Number of clusters; 0 where the month has none.';

create table if not exists typology.cluster_events (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    event varchar not null check (event in ('birth', 'death', 'merge', 'split', 'continuation', 'type_change')),
    earlier_month date,
    earlier_cluster_id varchar,
    shared_firms bigint not null,
    earlier_type varchar,
    cluster_type varchar,
    profile_fingerprint varchar not null
);
comment on table typology.cluster_events is 'What became of each cluster since the latest earlier month in the warehouse.';
comment on column typology.cluster_events.month is 'First day of the month.';
comment on column typology.cluster_events.profile is 'Method profile the row was made with.';
comment on column typology.cluster_events.cluster_id is 'Cluster of this month; for a death the cluster that ended.';
comment on column typology.cluster_events.event is 'birth, death, merge (an earlier cluster''s larger part came in, its identifier ended), split (beside a birth: the larger part of it came out of an earlier cluster), continuation, type_change.';
comment on column typology.cluster_events.earlier_month is 'Month compared with; null for the first month.';
comment on column typology.cluster_events.earlier_cluster_id is 'Earlier cluster concerned; null for a birth.';
comment on column typology.cluster_events.shared_firms is 'Firms in both.';
comment on column typology.cluster_events.earlier_type is 'Type before.';
comment on column typology.cluster_events.cluster_type is 'Type now; null for a death.';
comment on column typology.cluster_events.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists typology.month_sources (
    month date not null,
    profile varchar not null,
    register varchar,
    register_as_of date,
    sic_classification varchar,
    sic_list_as_of date,
    sic_list_sha256 varchar,
    rtic_classification varchar,
    rtic_list_as_of date,
    rtic_list_sha256 varchar,
    postcodes_as_of date,
    postcodes_sha256 varchar,
    readers varchar not null,
    profile_fingerprint varchar not null
);
comment on table typology.month_sources is 'What decides beside the firms which clusters a month has: its register, classifications, postcode directory, readers and parameters.';
comment on column typology.month_sources.month is 'First day of the month.';
comment on column typology.month_sources.profile is 'Method profile the row was made with.';
comment on column typology.month_sources.register is 'Business register of the sites: as its drop states, else as the profile assumes; Companies House where there is no other; null without either.';
comment on column typology.month_sources.register_as_of is 'Date of its drop.';
comment on column typology.month_sources.sic_classification is 'Classification of the list of SIC sectors and its year: as its drop states, else as the profile assumes.';
comment on column typology.month_sources.sic_list_as_of is 'Date of the list''s drop; 1970-01-01 for the shipped list.';
comment on column typology.month_sources.sic_list_sha256 is 'SHA-256 of the list.';
comment on column typology.month_sources.rtic_classification is 'Classification of the list of RTIC sectors and its year, likewise.';
comment on column typology.month_sources.rtic_list_as_of is 'Date of the list''s drop; 1970-01-01 for the shipped list.';
comment on column typology.month_sources.rtic_list_sha256 is 'SHA-256 of the list.';
comment on column typology.month_sources.postcodes_as_of is 'Date of the postcode directory.';
comment on column typology.month_sources.postcodes_sha256 is 'SHA-256 of the postcode directory.';
comment on column typology.month_sources.readers is 'Datasets and versions of their readers, separated by ''; ''.';
comment on column typology.month_sources.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists typology.site_states (
    month date not null,
    site_id varchar not null,
    organisation_id varchar not null,
    sectors varchar not null,
    is_rdi_active boolean not null,
    postcode varchar,
    easting integer,
    northing integer,
    in_register boolean not null,
    is_gone boolean not null
);
comment on table typology.site_states is 'Sites that are not as in the latest earlier month, as they are by now: kept for ever, they say of any two months what changed of a site between them. The first month has all.';
comment on column typology.site_states.month is 'First day of the month.';
comment on column typology.site_states.site_id is 'Site: LU and the local unit reference, BC and the counted unit, else organisation and postcode or coordinates.';
comment on column typology.site_states.organisation_id is 'Organisation.';
comment on column typology.site_states.sectors is 'Its sectors, scheme/sector, a line each; empty where it has none.';
comment on column typology.site_states.is_rdi_active is 'Whether its organisation is RD&I-active.';
comment on column typology.site_states.postcode is 'Postcode.';
comment on column typology.site_states.easting is 'Easting in metres of its grid; null where the directory does not place it.';
comment on column typology.site_states.northing is 'Northing in metres of its grid; null likewise.';
comment on column typology.site_states.in_register is 'Whether the business register knows the site.';
comment on column typology.site_states.is_gone is 'Whether the site is no longer there; then all else is as it was last.';

create table if not exists typology.cluster_history (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    event varchar not null check (
        event in ('birth', 'death', 'merge', 'split', 'continuation', 'type_change', 'rename')
    ),
    earlier_month date,
    earlier_cluster_id varchar,
    name varchar,
    earlier_name varchar,
    cluster_type varchar,
    earlier_type varchar,
    scheme varchar,
    sector varchar,
    earlier_sector varchar,
    firms bigint,
    firms_before bigint,
    shared_firms bigint not null,
    firms_gained bigint not null,
    firms_lost bigint not null,
    firms_growth_1 double,
    firms_growth_12 double,
    employees decimal(18, 2),
    employees_before decimal(18, 2),
    employees_growth_1 double,
    employees_growth_12 double,
    cause varchar check (cause in ('firms', 'register', 'taxonomy', 'postcodes', 'reader', 'profile')),
    cause_share double,
    cause_detail varchar not null,
    profile_fingerprint varchar not null
);
comment on table typology.cluster_history is 'What became of each cluster since the latest earlier month, and why: whether its firms changed or a source did.';
comment on column typology.cluster_history.month is 'First day of the month.';
comment on column typology.cluster_history.profile is 'Method profile the row was made with.';
comment on column typology.cluster_history.cluster_id is 'Cluster of this month; for a death the cluster that ended.';
comment on column typology.cluster_history.event is 'As in typology.cluster_events, and rename: beside a continuation whose name is another.';
comment on column typology.cluster_history.earlier_month is 'Month compared with; null for the first month.';
comment on column typology.cluster_history.earlier_cluster_id is 'Earlier cluster concerned; null for a birth.';
comment on column typology.cluster_history.name is 'Name; null for a death.';
comment on column typology.cluster_history.earlier_name is 'Name of the earlier cluster; null for a birth.';
comment on column typology.cluster_history.cluster_type is 'Type; null for a death.';
comment on column typology.cluster_history.earlier_type is 'Type of the earlier cluster; null for a birth.';
comment on column typology.cluster_history.scheme is 'sic, rtic or rdi; null for a network cluster and a death.';
comment on column typology.cluster_history.sector is 'Sector; null for a network cluster and a death.';
comment on column typology.cluster_history.earlier_sector is 'Sector of the earlier cluster; null for a network cluster and a birth.';
comment on column typology.cluster_history.firms is 'Distinct firms; null for a death.';
comment on column typology.cluster_history.firms_before is 'Distinct firms of the earlier cluster; null for a birth.';
comment on column typology.cluster_history.shared_firms is 'Firms in both.';
comment on column typology.cluster_history.firms_gained is 'Firms in the cluster and not in the earlier one: of a birth and a split all.';
comment on column typology.cluster_history.firms_lost is 'Firms in the earlier cluster and not in this one: of a death and a merge all that it had.';
comment on column typology.cluster_history.firms_growth_1 is 'Firms over those of the same cluster in the month before, less 1; null where that month or cluster is missing.';
comment on column typology.cluster_history.firms_growth_12 is 'Firms over those of the same cluster twelve months before, likewise.';
comment on column typology.cluster_history.employees is 'Employees apportioned to its sites; null for a death.';
comment on column typology.cluster_history.employees_before is 'Employees of the earlier cluster; null for a birth.';
comment on column typology.cluster_history.employees_growth_1 is 'Employees over those of the same cluster in the month before, less 1.';
comment on column typology.cluster_history.employees_growth_12 is 'Employees over those of the same cluster twelve months before, less 1.';
comment on column typology.cluster_history.cause is 'What explains most of the firms gained and lost: firms (they changed themselves), register, taxonomy (a list of sectors), postcodes (the directory), reader (its version) or profile (its parameters); null where no firm differs or nothing is known of the earlier month.';
comment on column typology.cluster_history.cause_share is 'Share of these firms that the cause explains; null where the changes of the whole sector were asked for it.';
comment on column typology.cluster_history.cause_detail is 'The cause in words, with figures.';
comment on column typology.cluster_history.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists typology.month_changes (
    month date not null,
    profile varchar not null,
    event varchar not null,
    cause varchar not null,
    clusters bigint not null,
    firms_gained bigint not null,
    firms_lost bigint not null,
    largest_cluster_id varchar not null,
    largest_name varchar not null,
    largest_firms bigint not null
);
comment on table typology.month_changes is 'What happened to the clusters of a month, in numbers: events by cause.';
comment on column typology.month_changes.month is 'First day of the month.';
comment on column typology.month_changes.profile is 'Method profile the row was made with.';
comment on column typology.month_changes.event is 'As in typology.cluster_history.';
comment on column typology.month_changes.cause is 'As there; none where it is null.';
comment on column typology.month_changes.clusters is 'Clusters that it happened to.';
comment on column typology.month_changes.firms_gained is 'Firms that these gained, together; a firm may be of several.';
comment on column typology.month_changes.firms_lost is 'Firms that these lost, together.';
comment on column typology.month_changes.largest_cluster_id is 'The one with most firms, now or of a cluster that ended before.';
comment on column typology.month_changes.largest_name is 'Its name.';
comment on column typology.month_changes.largest_firms is 'Its firms.';

create table if not exists typology.institutions_inside (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    institution_key varchar not null
);
comment on table typology.institutions_inside is 'Institutions of publications whose point is inside a cluster''s outline or on its edge.';
comment on column typology.institutions_inside.month is 'First day of the month.';
comment on column typology.institutions_inside.profile is 'Method profile the row was made with.';
comment on column typology.institutions_inside.cluster_id is 'Cluster; Dispersed ones have no outline, and none of its institutions.';
comment on column typology.institutions_inside.institution_key is 'OpenAlex institution id or MAG affiliation id.';

create table if not exists typology.cluster_institutions (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    institution_key varchar not null,
    name varchar not null,
    organisation_id varchar,
    publications bigint not null,
    publications_fractional decimal(18, 4) not null,
    partners bigint not null,
    partners_inside bigint not null,
    joint_publications bigint not null,
    joint_publications_inside bigint not null
);
comment on table typology.cluster_institutions is 'Who publishes in each cluster''s outline, how much, and with whom: there and anywhere.';
comment on column typology.cluster_institutions.month is 'First day of the month.';
comment on column typology.cluster_institutions.profile is 'Method profile the row was made with.';
comment on column typology.cluster_institutions.cluster_id is 'Cluster in whose outline the institution''s point is.';
comment on column typology.cluster_institutions.institution_key is 'OpenAlex institution id or MAG affiliation id.';
comment on column typology.cluster_institutions.name is 'Display name.';
comment on column typology.cluster_institutions.organisation_id is 'Organisation that it is matched to, member of the cluster or not.';
comment on column typology.cluster_institutions.publications is 'Publications of the drop, of any date, with an author there.';
comment on column typology.cluster_institutions.publications_fractional is 'The same, each divided by the institutions on it.';
comment on column typology.cluster_institutions.partners is 'Institutions, in the UK or overseas, with which it has joint publications.';
comment on column typology.cluster_institutions.partners_inside is 'Of these, those inside the same outline.';
comment on column typology.cluster_institutions.joint_publications is 'Joint publications with each partner, summed: one of several partners counts once with each.';
comment on column typology.cluster_institutions.joint_publications_inside is 'The same with partners inside the same outline: each of the two has it, so over a cluster every tie counts twice.';
