-- What leaves the warehouse, after disclosure control, and the log of what was held back.

create schema if not exists publication;

create table if not exists publication.clusters (
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
    address_band varchar,
    employees bigint,
    employees_status varchar not null check (employees_status in ('', 'c', 'x')),
    turnover_gbp bigint,
    turnover_gbp_status varchar not null check (turnover_gbp_status in ('', 'c', 'x')),
    iuk_funding_gbp bigint not null,
    ukri_funding_gbp bigint not null,
    publications bigint not null,
    is_rdi_active boolean not null,
    is_colocated boolean not null,
    is_specialised boolean not null,
    is_internally_collaborative boolean not null,
    rdi_active_share double,
    rdi_active_band varchar,
    funded_firms_share double,
    funded_firms_band varchar,
    sector_sites_share double,
    location_quotient double,
    location_quotient_low double,
    location_quotient_high double,
    relative_density double,
    scan_p_value double,
    joint_projects bigint not null,
    collaboration_p_value double not null,
    firms_growth_share double,
    employees_growth_share double,
    largest_partners varchar not null,
    regions varchar not null,
    main_region varchar not null,
    local_authorities varchar not null,
    latitude double not null,
    longitude double not null,
    area_km2 double,
    outline_wkt varchar,
    profile_fingerprint varchar not null
);
comment on table publication.clusters is 'Published clusters after disclosure control: what the map, the downloads and the report are made from.';
comment on column publication.clusters.month is 'First day of the month.';
comment on column publication.clusters.profile is 'Method profile.';
comment on column publication.clusters.cluster_id is 'Identifier that lasts from month to month.';
comment on column publication.clusters.name is 'Towns inside the outline.';
comment on column publication.clusters.approach is 'How it was found: spatial, network or both.';
comment on column publication.clusters.scheme is 'sic, rtic; rdi for the run of all RD&I-active organisations; null for communities.';
comment on column publication.clusters.sector is 'Sector it was found in.';
comment on column publication.clusters.cluster_type is 'One of the four types.';
comment on column publication.clusters.firms is 'Distinct firms.';
comment on column publication.clusters.sites is 'Sites of its members.';
comment on column publication.clusters.places is 'Distinct postcodes (by their coordinates) of its points; of a community those of all located sites of its firms; null where none is known.';
comment on column publication.clusters.address_band is 'Band of the share of its firms at the postcode that has most of them: at most this (<=2%, <=10%, <=20%, <=30%, <=50%, <=100%); never the share itself, from which a count of few firms would follow.';
comment on column publication.clusters.employees is 'Employees, rounded.';
comment on column publication.clusters.employees_status is 'Empty where employees is given (rounded); c where it is suppressed; x where no source gives it.';
comment on column publication.clusters.turnover_gbp is 'Annual turnover in GBP, rounded.';
comment on column publication.clusters.turnover_gbp_status is 'Empty where turnover_gbp is given (rounded); c where it is suppressed; x where no source gives it.';
comment on column publication.clusters.iuk_funding_gbp is 'Innovate UK funding in GBP, whole pounds.';
comment on column publication.clusters.ukri_funding_gbp is 'Other UKRI funding in GBP, whole pounds.';
comment on column publication.clusters.publications is 'Publications, whole.';
comment on column publication.clusters.is_rdi_active is 'Criterion 1.';
comment on column publication.clusters.is_colocated is 'Criterion 2.';
comment on column publication.clusters.is_specialised is 'Criterion 3.';
comment on column publication.clusters.is_internally_collaborative is 'Criterion 4.';
comment on column publication.clusters.rdi_active_share is 'Share of firms that are RD&I-active; null where fewer than ten of them, or all but fewer than ten, follow from it: the band is given then.';
comment on column publication.clusters.rdi_active_band is 'Band of that share where it is not given: at most this (<=2%, <=10%, <=20%, <=50%, <=100%).';
comment on column publication.clusters.funded_firms_share is 'Share of firms with public funding; null likewise.';
comment on column publication.clusters.funded_firms_band is 'Band of that share where it is not given.';
comment on column publication.clusters.sector_sites_share is 'Share of the sector''s sites that lie in the cluster.';
comment on column publication.clusters.location_quotient is 'Location quotient.';
comment on column publication.clusters.location_quotient_low is 'Lower end of its interval.';
comment on column publication.clusters.location_quotient_high is 'Upper end of its interval.';
comment on column publication.clusters.relative_density is 'Cases over expectation, k / E; profile evidence.';
comment on column publication.clusters.scan_p_value is 'p-value of the scan; profile evidence.';
comment on column publication.clusters.joint_projects is 'Joint projects inside.';
comment on column publication.clusters.collaboration_p_value is 'p-value of joint work against networks of the same degrees.';
comment on column publication.clusters.firms_growth_share is 'Growth of firms over twelve months, where that month is in the warehouse.';
comment on column publication.clusters.employees_growth_share is 'The same of employees, from the two published figures; null where either is suppressed or was not published.';
comment on column publication.clusters.largest_partners is 'Organisations with most joint projects; only companies on the register and institutions, which are no natural person.';
comment on column publication.clusters.regions is 'Regions (ITL1), the one of most sites first.';
comment on column publication.clusters.main_region is 'The first of them: the one that totals by region count it in; ''not located'' where there is none.';
comment on column publication.clusters.local_authorities is 'Local authorities, the largest first.';
comment on column publication.clusters.latitude is 'Latitude of the centre in degrees, WGS84.';
comment on column publication.clusters.longitude is 'Longitude of the centre in degrees, WGS84.';
comment on column publication.clusters.area_km2 is 'Area of the outline in square kilometres.';
comment on column publication.clusters.outline_wkt is 'Outline, longitude and latitude, WGS84; coordinates rounded to 4 decimals.';
comment on column publication.clusters.profile_fingerprint is 'Fingerprint of the profile''s parameters.';

create table if not exists publication.criteria (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    criterion varchar not null check (criterion in ('RD&I-active', 'co-located', 'specialised', 'internally collaborative')),
    measure varchar not null,
    figure double,
    band varchar,
    threshold double,
    is_met boolean not null
);
comment on table publication.criteria is 'The four criteria of each published cluster: figure beside threshold.';
comment on column publication.criteria.month is 'First day of the month.';
comment on column publication.criteria.profile is 'Method profile.';
comment on column publication.criteria.cluster_id is 'Identifier that lasts from month to month.';
comment on column publication.criteria.criterion is 'The criterion.';
comment on column publication.criteria.measure is 'What was measured, in words.';
comment on column publication.criteria.figure is 'The figure; null where a count of fewer firms than may appear is, or follows from, it.';
comment on column publication.criteria.band is 'Band of a share that is not given: at most this.';
comment on column publication.criteria.threshold is 'What it is held against.';
comment on column publication.criteria.is_met is 'Whether the criterion is met.';

create table if not exists publication.share_bands (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    measure varchar not null check (measure in ('rdi_active_share', 'funded_firms_share', 'colocated_share')),
    band varchar not null
);
comment on table publication.share_bands is 'Shares of a cluster''s firms that are given as a band, because a count of few firms follows from the number.';
comment on column publication.share_bands.month is 'First day of the month.';
comment on column publication.share_bands.profile is 'Method profile.';
comment on column publication.share_bands.cluster_id is 'Identifier that lasts from month to month.';
comment on column publication.share_bands.measure is 'Which share.';
comment on column publication.share_bands.band is 'At most this: <=2%, <=10%, <=20%, <=50%, <=100%.';

create table if not exists publication.sector_mix (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    scheme varchar not null check (scheme in ('sic', 'rtic')),
    sector varchar not null,
    firms bigint not null check (firms > 0),
    share double not null check (share between 0 and 1)
);
comment on table publication.sector_mix is 'Sectors of each cluster''s firms, those with enough firms to be counted.';
comment on column publication.sector_mix.month is 'First day of the month.';
comment on column publication.sector_mix.profile is 'Method profile.';
comment on column publication.sector_mix.cluster_id is 'Identifier that lasts from month to month.';
comment on column publication.sector_mix.scheme is 'sic or rtic.';
comment on column publication.sector_mix.sector is 'The sector; ''Other'' for the firms of all those below the threshold and of none, where they reach it together.';
comment on column publication.sector_mix.firms is 'Firms of the cluster in the sector; a firm in several counts in each.';
comment on column publication.sector_mix.share is 'Of the cluster''s firms.';

create table if not exists publication.totals (
    month date not null,
    profile varchar not null,
    dimension varchar not null check (dimension in ('all', 'cluster_type', 'sector', 'main_region')),
    member varchar not null,
    clusters bigint not null,
    firms bigint not null,
    sites bigint not null,
    employees bigint,
    employees_status varchar not null check (employees_status in ('', 'c', 'x')),
    turnover_gbp bigint,
    turnover_gbp_status varchar not null check (turnover_gbp_status in ('', 'c', 'x'))
);
comment on table publication.totals is 'Sums over published clusters, of each kind of group that is published.';
comment on column publication.totals.month is 'First day of the month.';
comment on column publication.totals.profile is 'Method profile.';
comment on column publication.totals.dimension is 'What is summed over.';
comment on column publication.totals.member is 'The type; the sector after its scheme (sic: , rtic: , rdi: ) or communities; the region; all.';
comment on column publication.totals.clusters is 'Clusters.';
comment on column publication.totals.firms is 'Firms of the clusters; a firm in two clusters counts twice.';
comment on column publication.totals.sites is 'Sites, likewise.';
comment on column publication.totals.employees is 'Employees, rounded.';
comment on column publication.totals.employees_status is 'Empty where employees is given (rounded); c where it is suppressed; x where no source gives it.';
comment on column publication.totals.turnover_gbp is 'Annual turnover in GBP, rounded.';
comment on column publication.totals.turnover_gbp_status is 'Empty where turnover_gbp is given (rounded); c where it is suppressed; x where no source gives it.';

create table if not exists publication.suppressions (
    month date not null,
    profile varchar not null,
    table_name varchar not null,
    cell varchar not null,
    measure varchar not null,
    rule varchar not null check (rule in ('threshold', 'dominance', 'p_percent', 'difference', 'secondary')),
    reason varchar not null
);
comment on table publication.suppressions is 'What was suppressed and why. Stays in the warehouse.';
comment on column publication.suppressions.month is 'First day of the month.';
comment on column publication.suppressions.profile is 'Method profile.';
comment on column publication.suppressions.table_name is 'clusters, totals or sector_mix.';
comment on column publication.suppressions.cell is 'The cluster, with scheme and sector where it is one of the mix; or dimension and member.';
comment on column publication.suppressions.measure is 'firms, employees or turnover_gbp.';
comment on column publication.suppressions.rule is 'Which rule.';
comment on column publication.suppressions.reason is 'In words, with the figures that decided.';

create table if not exists publication.attack_bounds (
    month date not null,
    profile varchar not null,
    cell varchar not null,
    measure varchar not null,
    lower double,
    upper double,
    required_lower double not null,
    required_upper double not null,
    is_protected boolean not null
);
comment on table publication.attack_bounds is 'How closely each suppressed figure, each difference of few businesses and each forbidden sum that totals leave can be bounded from everything published. Stays in the warehouse.';
comment on column publication.attack_bounds.month is 'First day of the month.';
comment on column publication.attack_bounds.profile is 'Method profile.';
comment on column publication.attack_bounds.cell is 'The cluster, or dimension and member; ''a less b'' for a difference of few businesses, ''a less what is given of it'' for a sum that a total leaves; with its month where it is an earlier one''s.';
comment on column publication.attack_bounds.measure is 'employees or turnover_gbp.';
comment on column publication.attack_bounds.lower is 'Least value that agrees with all that is published.';
comment on column publication.attack_bounds.upper is 'Greatest value; null where there is none.';
comment on column publication.attack_bounds.required_lower is 'The least value must be no more than this; of a figure suppressed only for others'' sake, its own value; where earlier months alone bound it more closely, what they allow.';
comment on column publication.attack_bounds.required_upper is 'The greatest value must be no less than this; likewise.';
comment on column publication.attack_bounds.is_protected is 'Whether both hold.';

create table if not exists publication.files (
    month date not null,
    path varchar not null,
    media_type varchar not null,
    bytes bigint not null check (bytes >= 0),
    sha256 varchar not null
);
comment on table publication.files is 'Files of the month''s release.';
comment on column publication.files.month is 'First day of the month.';
comment on column publication.files.path is 'Path within the month''s folder.';
comment on column publication.files.media_type is 'Media type.';
comment on column publication.files.bytes is 'Size in bytes.';
comment on column publication.files.sha256 is 'SHA-256 of the bytes.';

create table if not exists publication.approval (
    month date not null,
    state varchar not null check (state in ('not asked for', 'waits', 'approved')),
    rows_sha256 varchar not null,
    approved_by varchar,
    approved_at timestamp,
    note varchar
);
comment on table publication.approval is 'Whether the month''s release may be shown: where the profile wants it, a person approves the very rows that it is made of.';
comment on column publication.approval.month is 'First day of the month.';
comment on column publication.approval.state is 'not asked for: the profile wants no approval, the release is shown; waits: it is made and not shown; approved: a person has approved these rows, and it is shown.';
comment on column publication.approval.rows_sha256 is 'SHA-256 of the rows that the release is made of, and of the profiles.';
comment on column publication.approval.approved_by is 'Who approved these rows; null where nobody has.';
comment on column publication.approval.approved_at is 'When, in UTC.';
comment on column publication.approval.note is 'What that person said of it; empty where nothing.';

create table if not exists publication.source_files (
    month date not null,
    dataset varchar not null,
    title varchar not null,
    as_of date,
    came varchar not null check (
        came in ('fetched', 'fetched, changed since', 'put there by hand', 'shipped with this project')
    ),
    is_synthetic boolean,
    publisher varchar not null,
    release varchar,
    released date,
    licence varchar not null,
    licence_address varchar,
    attribution varchar,
    file varchar not null,
    address varchar,
    fetched_at timestamp,
    bytes bigint not null check (bytes >= 0),
    sha256 varchar not null,
    headers varchar,
    drop_bytes bigint not null check (drop_bytes >= 0),
    drop_sha256 varchar not null
);
comment on table publication.source_files is 'Where the month''s figures come from: every file of the drops that it used, with publisher, licence, attribution, time and digest. A drop that a person put there is one row: how its files are called stays in the sources.';
comment on column publication.source_files.month is 'First day of the month.';
comment on column publication.source_files.dataset is 'Name of the dataset.';
comment on column publication.source_files.title is 'The dataset as a reader knows it.';
comment on column publication.source_files.as_of is 'Date of the drop; null for a list that ships with this project.';
comment on column publication.source_files.came is 'How the drop came: fetched from its publisher; fetched, and changed by a person since; put there by hand; shipped with this project.';
comment on column publication.source_files.is_synthetic is 'Whether the drop is of the synthetic United Kingdom, and not of its publisher; empty for months made before drops said so.';
comment on column publication.source_files.publisher is 'Who publishes what.';
comment on column publication.source_files.release is 'The publisher''s own name of the release; null of a drop that was not fetched.';
comment on column publication.source_files.released is 'Day that the release is as of by its publisher; null of what is as of the moment of asking, and where it is not known.';
comment on column publication.source_files.licence is 'Licence of the data, or the terms that they can be had under.';
comment on column publication.source_files.licence_address is 'Where the licence stands; null of terms that stand nowhere.';
comment on column publication.source_files.attribution is 'What the licence wants said where the data are shown; null where nothing has to be.';
comment on column publication.source_files.file is 'Name of the file; of a drop that was not fetched, the path of the drop in the sources.';
comment on column publication.source_files.address is 'Address that was asked for it, without any key; of a file put together from pages, the first of them. Null where it was not fetched.';
comment on column publication.source_files.fetched_at is 'When it was whole, in UTC; null where it was not fetched.';
comment on column publication.source_files.bytes is 'Size of the file in bytes, as it came; of a drop that was not fetched, of all its files.';
comment on column publication.source_files.sha256 is 'SHA-256 of the file''s bytes, as they came; of a drop that was not fetched, the drop''s.';
comment on column publication.source_files.headers is 'What the publisher''s answer said of the file: a JSON object of header names and values; null where it was not fetched.';
comment on column publication.source_files.drop_bytes is 'Size of the drop that was read, in bytes.';
comment on column publication.source_files.drop_sha256 is 'SHA-256 of the drop that was read (for a folder: of its parts'' names and digests, in order).';

create table if not exists publication.stability (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    word varchar not null check (word in ('robust', 'fair', 'fragile')),
    draws bigint not null,
    mean_jaccard double not null check (mean_jaccard between 0 and 1),
    low_jaccard double not null check (low_jaccard between 0 and 1),
    sweep_mean_jaccard double check (sweep_mean_jaccard between 0 and 1),
    sweep_least_jaccard double check (sweep_least_jaccard between 0 and 1)
);
comment on table publication.stability is 'How sure each cluster is: how much of it is found again among other draws of the organisations, and with other parameters.';
comment on column publication.stability.month is 'First day of the month.';
comment on column publication.stability.profile is 'Method profile.';
comment on column publication.stability.cluster_id is 'Identifier that lasts from month to month.';
comment on column publication.stability.word is 'robust, fair or fragile, by the mean Jaccard match and the limits of the profile.';
comment on column publication.stability.draws is 'Draws of the organisations that the figures are of.';
comment on column publication.stability.mean_jaccard is 'Mean over the draws of the best Jaccard match: what the cluster and the group found in its place have in common, over what either has; 1 is all.';
comment on column publication.stability.low_jaccard is 'The match that one draw in twenty falls below, the 5% quantile.';
comment on column publication.stability.sweep_mean_jaccard is 'Mean of the best match over other settings of the parameters; empty where none was tried.';
comment on column publication.stability.sweep_least_jaccard is 'The least of these.';

create table if not exists publication.stable_outlines (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    share double not null check (share between 0 and 1),
    outline_wkt varchar not null
);
comment on table publication.stable_outlines is 'Where each cluster''s sure members are: the outline around those that at least a share of the draws has inside. None where fewer firms than may appear are.';
comment on column publication.stable_outlines.month is 'First day of the month.';
comment on column publication.stable_outlines.profile is 'Method profile.';
comment on column publication.stable_outlines.cluster_id is 'Identifier that lasts from month to month.';
comment on column publication.stable_outlines.share is 'Members inside the outline were inside the cluster in at least this share of the draws that had them.';
comment on column publication.stable_outlines.outline_wkt is 'Outline, longitude and latitude, WGS84; coordinates rounded to 4 decimals.';

create table if not exists publication.criterion_margins (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    criterion varchar not null,
    measure varchar not null,
    threshold double,
    margin double,
    is_met boolean not null,
    is_near boolean,
    type_if_flipped varchar
);
comment on table publication.criterion_margins is 'How far each criterion of a cluster is from its threshold, and what the cluster''s type would be beyond it.';
comment on column publication.criterion_margins.month is 'First day of the month.';
comment on column publication.criterion_margins.profile is 'Method profile.';
comment on column publication.criterion_margins.cluster_id is 'Identifier that lasts from month to month.';
comment on column publication.criterion_margins.criterion is 'The criterion.';
comment on column publication.criterion_margins.measure is 'The figure, one of those that decide it.';
comment on column publication.criterion_margins.threshold is 'What it is held against.';
comment on column publication.criterion_margins.margin is 'How far the figure is on the side on which it is met, over the threshold, negative where it is not; empty where a count of few firms follows from it.';
comment on column publication.criterion_margins.is_met is 'Whether the criterion is met, by this figure or others.';
comment on column publication.criterion_margins.is_near is 'Whether the cluster would have another type, or be none, were this threshold higher or lower by near_margin of itself; empty likewise.';
comment on column publication.criterion_margins.type_if_flipped is 'Type the cluster would have were the figure alone on the other side of its threshold, or no cluster; empty likewise.';

create table if not exists publication.cluster_audit (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    registered_office_only_share double check (registered_office_only_share between 0 and 1),
    registered_office_only_band varchar,
    estimated_figures_share double check (estimated_figures_share between 0 and 1),
    estimated_figures_band varchar,
    fallback_coordinates_share double check (fallback_coordinates_share between 0 and 1),
    fallback_coordinates_band varchar
);
comment on table publication.cluster_audit is 'How much of each cluster rests on paper addresses, on estimates and on rough places.';
comment on column publication.cluster_audit.month is 'First day of the month.';
comment on column publication.cluster_audit.profile is 'Method profile.';
comment on column publication.cluster_audit.cluster_id is 'Identifier that lasts from month to month.';
comment on column publication.cluster_audit.registered_office_only_share is 'Share of its firms of which nothing but a registered office is known there; empty where a count of few firms follows from it: the band is given then.';
comment on column publication.cluster_audit.registered_office_only_band is 'Band of that share where it is not given: at most this.';
comment on column publication.cluster_audit.estimated_figures_share is 'Of its firms with a figure of employees or turnover the share whose figure is an estimate: the middle of a size band, or a share of an organisation of several sites; empty likewise, and where too few have one.';
comment on column publication.cluster_audit.estimated_figures_band is 'Band of that share where it is not given.';
comment on column publication.cluster_audit.fallback_coordinates_share is 'Share of its located sites whose own live postcode is not their place: a terminated postcode, the middle of a postcode sector or district, or a postcode that a counted unit was put on; empty likewise.';
comment on column publication.cluster_audit.fallback_coordinates_band is 'Band of that share where it is not given.';

create table if not exists publication.localisation (
    month date not null,
    profile varchar not null,
    scheme varchar not null,
    sector varchar not null,
    sites bigint not null,
    verdict varchar not null check (verdict in ('localised', 'dispersed', 'neither')),
    first_km double,
    last_km double,
    strongest_km double,
    localisation_index double,
    dispersion_index double,
    draws bigint not null
);
comment on table publication.localisation is 'Whether each sector''s sites are nearer one another, or farther apart, than sites of all sectors would be by chance (Duranton and Overman 2005).';
comment on column publication.localisation.month is 'First day of the month.';
comment on column publication.localisation.profile is 'Method profile.';
comment on column publication.localisation.scheme is 'sic or rtic.';
comment on column publication.localisation.sector is 'The sector.';
comment on column publication.localisation.sites is 'Sites of the sector.';
comment on column publication.localisation.verdict is 'localised: more pairs at some distance than the global band of the draws allows; dispersed: fewer at some distance, and nowhere more; neither.';
comment on column publication.localisation.first_km is 'Least distance at which it is outside the band, in kilometres.';
comment on column publication.localisation.last_km is 'Greatest such distance.';
comment on column publication.localisation.strongest_km is 'Distance at which it is farthest outside the band.';
comment on column publication.localisation.localisation_index is 'Density above the band, summed over distances.';
comment on column publication.localisation.dispersion_index is 'Density below the band, summed over distances.';
comment on column publication.localisation.draws is 'Draws from all sites that the band is of.';

create table if not exists publication.method_agreement (
    month date not null,
    profile varchar not null,
    scheme varchar not null,
    sector varchar not null,
    method varchar not null,
    other_method varchar not null,
    sites bigint not null check (sites >= 10),
    groups bigint not null check (groups >= 0),
    other_groups bigint not null check (other_groups >= 0),
    adjusted_mutual_information double,
    grouped_jaccard double
);
comment on table publication.method_agreement is 'How far each two of five methods agree on the same sites of a sector.';
comment on column publication.method_agreement.month is 'First day of the month.';
comment on column publication.method_agreement.profile is 'Method profile, whose parameters the methods have.';
comment on column publication.method_agreement.scheme is 'sic or rtic.';
comment on column publication.method_agreement.sector is 'The sector.';
comment on column publication.method_agreement.method is 'hdbscan; dbscan; scan: ours; circles: the circular scan (Kulldorff 1997); districts: local authority districts in which the sector is more at home than in the country, beyond chance.';
comment on column publication.method_agreement.other_method is 'Likewise; each two methods have one row.';
comment on column publication.method_agreement.sites is 'Sites of the sector; of many a part is compared.';
comment on column publication.method_agreement.groups is 'Groups of the method.';
comment on column publication.method_agreement.other_groups is 'Groups of the other method.';
comment on column publication.method_agreement.adjusted_mutual_information is 'Agreement of their groups, sites in no group being one group more: 1 for the same, about 0 for what chance would give; empty where either finds no group.';
comment on column publication.method_agreement.grouped_jaccard is 'Sites in a group of both over sites in a group of either; empty where neither finds a group.';

create table if not exists publication.agreement_map (
    month date not null,
    profile varchar not null,
    scheme varchar not null,
    easting_km double not null,
    northing_km double not null,
    methods_mean double not null,
    by_all_share double not null,
    by_one_share double not null,
    by_none_share double not null,
    hdbscan_share double not null,
    dbscan_share double not null,
    scan_share double not null,
    circles_share double not null,
    districts_share double not null
);
comment on table publication.agreement_map is 'In which places five methods agree: squares of the British National Grid with ten firms or more, over all sectors of a list. Shares are rounded to tenths.';
comment on column publication.agreement_map.month is 'First day of the month.';
comment on column publication.agreement_map.profile is 'Method profile, whose parameters the methods have.';
comment on column publication.agreement_map.scheme is 'sic or rtic: the list whose sectors they are.';
comment on column publication.agreement_map.easting_km is 'Easting of the square''s south-west corner in kilometres of the British National Grid, Northern Ireland too; its side is agreement_square_km of the profile.';
comment on column publication.agreement_map.northing_km is 'Northing of that corner in kilometres.';
comment on column publication.agreement_map.methods_mean is 'By how many of the five methods a site there is in a group of its sector, on average.';
comment on column publication.agreement_map.by_all_share is 'Share of the sites that are in a group by all methods.';
comment on column publication.agreement_map.by_one_share is 'Share of the sites that are in a group by one method alone.';
comment on column publication.agreement_map.by_none_share is 'Share of the sites that are in a group by none.';
comment on column publication.agreement_map.hdbscan_share is 'Share of the sites that are in a group by HDBSCAN.';
comment on column publication.agreement_map.dbscan_share is 'Share of the sites that are in a group by DBSCAN.';
comment on column publication.agreement_map.scan_share is 'Share of the sites that are in a group by our scan.';
comment on column publication.agreement_map.circles_share is 'Share of the sites that are in a group by the circular scan.';
comment on column publication.agreement_map.districts_share is 'Share of the sites that are in a group by the quotients of districts.';

create table if not exists publication.history (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    event varchar not null,
    earlier_cluster_id varchar,
    earlier_month date,
    name varchar,
    earlier_name varchar,
    cluster_type varchar,
    earlier_type varchar,
    firms bigint check (firms >= 10),
    firms_before bigint check (firms_before >= 10),
    firms_growth_1 double,
    firms_growth_12 double,
    cause varchar
);
comment on table publication.history is 'What became of each cluster since the month before, and whether the firms changed or only a source did.';
comment on column publication.history.month is 'First day of the month.';
comment on column publication.history.profile is 'Method profile.';
comment on column publication.history.cluster_id is 'Cluster of this month; for a death the cluster that ended.';
comment on column publication.history.event is 'birth, death, merge, split, continuation, rename or type_change.';
comment on column publication.history.earlier_cluster_id is 'Earlier cluster concerned.';
comment on column publication.history.earlier_month is 'Month compared with.';
comment on column publication.history.name is 'Name now; empty for a death.';
comment on column publication.history.earlier_name is 'Name before.';
comment on column publication.history.cluster_type is 'Type now; empty for a death.';
comment on column publication.history.earlier_type is 'Type before.';
comment on column publication.history.firms is 'Firms now, of a published cluster.';
comment on column publication.history.firms_before is 'Firms before, likewise.';
comment on column publication.history.firms_growth_1 is 'Firms over those of the same cluster in the month before, less 1; both are published.';
comment on column publication.history.firms_growth_12 is 'The same of twelve months before.';
comment on column publication.history.cause is 'What explains most of the firms gained and lost: firms, where they changed themselves; else register, taxonomy (a list of sectors), postcodes (the directory), reader (its version) or profile (its parameters); empty where no firm differs or it is not known. How many firms is not given: they can be few.';

create table if not exists publication.timeline (
    month date not null,
    profile varchar not null,
    dimension varchar not null check (dimension in ('all', 'sector', 'main_region', 'town')),
    member varchar not null,
    clusters bigint not null check (clusters >= 0),
    firms bigint not null check (firms >= 0),
    born bigint check (born >= 0),
    ended bigint check (ended >= 0)
);
comment on table publication.timeline is 'Clusters and their firms by month: of all, of each sector, region and town. Sums over published clusters.';
comment on column publication.timeline.month is 'First day of the month.';
comment on column publication.timeline.profile is 'Method profile.';
comment on column publication.timeline.dimension is 'What is counted over; a town has the clusters whose outline it lies in.';
comment on column publication.timeline.member is 'all; the sector after its scheme (sic: , rtic: , rdi: ) or communities; the region; the town and its region.';
comment on column publication.timeline.clusters is 'Clusters of the month.';
comment on column publication.timeline.firms is 'Firms of these; a firm in two clusters counts twice.';
comment on column publication.timeline.born is 'Of these, clusters that were not there in the latest earlier month that the warehouse has; empty where it has none.';
comment on column publication.timeline.ended is 'Clusters of that earlier month that are no more, counted where they were; empty likewise.';
