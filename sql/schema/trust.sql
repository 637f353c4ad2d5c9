-- How sure the clusters are: what another sample or another setting of the method would have made of them.

create schema if not exists trust;

create table if not exists trust.stability (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    draws bigint not null check (draws > 0),
    drawn_share double not null check (drawn_share > 0 and drawn_share <= 1),
    mean_jaccard double not null check (mean_jaccard between 0 and 1),
    low_jaccard double not null check (low_jaccard between 0 and 1),
    sweep_mean_jaccard double check (sweep_mean_jaccard between 0 and 1),
    sweep_least_jaccard double check (sweep_least_jaccard between 0 and 1),
    word varchar not null check (word in ('robust', 'fair', 'fragile')),
    profile_fingerprint varchar not null
);
comment on table trust.stability is 'How each cluster comes out of bootstrap draws of organisations: a group of sites among those of its sector, and of other settings of the method; a cluster found by collaboration alone among all collaborators.';
comment on column trust.stability.month is 'First day of the month.';
comment on column trust.stability.profile is 'Method profile the row was made with.';
comment on column trust.stability.cluster_id is 'Cluster.';
comment on column trust.stability.draws is 'Draws that it was looked for in.';
comment on column trust.stability.drawn_share is 'Share of its sector''s organisations in a draw, or of all collaborators.';
comment on column trust.stability.mean_jaccard is 'Mean over the draws of the largest Jaccard similarity of its drawn sites with a group of the draw; of a cluster found by collaboration alone, of its drawn members with a community.';
comment on column trust.stability.low_jaccard is '5% quantile of the same.';
comment on column trust.stability.sweep_mean_jaccard is 'Mean over the other settings of the largest Jaccard similarity of its sites with a group; null where none was run, and of a cluster found by collaboration alone.';
comment on column trust.stability.sweep_least_jaccard is 'Least of the same.';
comment on column trust.stability.word is 'robust, fair or fragile: mean_jaccard beside the limits stability_robust and stability_fragile of the profile.';
comment on column trust.stability.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists trust.member_stability (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    organisation_id varchar not null,
    share_inside double check (share_inside between 0 and 1),
    profile_fingerprint varchar not null
);
comment on table trust.member_stability is 'How sure each organisation''s place in its cluster is.';
comment on column trust.member_stability.month is 'First day of the month.';
comment on column trust.member_stability.profile is 'Method profile the row was made with.';
comment on column trust.member_stability.cluster_id is 'Cluster.';
comment on column trust.member_stability.organisation_id is 'Organisation.';
comment on column trust.member_stability.share_inside is 'Of the draws that it was in, the share in which it was in the group most like the cluster; of several sites the surest. Null where it was in none.';
comment on column trust.member_stability.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists trust.stable_outlines (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    share double not null check (share in (0.5, 0.9)),
    members bigint not null,
    outline_wkt varchar,
    profile_fingerprint varchar not null
);
comment on table trust.stable_outlines is 'Outline of the surer members of each cluster.';
comment on column trust.stable_outlines.month is 'First day of the month.';
comment on column trust.stable_outlines.profile is 'Method profile the row was made with.';
comment on column trust.stable_outlines.cluster_id is 'Cluster.';
comment on column trust.stable_outlines.share is '0.5 or 0.9: how sure, by share_inside, a member''s site is at least.';
comment on column trust.stable_outlines.members is 'Organisations with such a site.';
comment on column trust.stable_outlines.outline_wkt is 'Outline of these sites, made as that of the cluster, WKT polygon or multipolygon, longitude and latitude in WGS84; null where there is none.';
comment on column trust.stable_outlines.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists trust.parameter_sweep (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    parameter varchar not null,
    setting varchar not null,
    jaccard double not null check (jaccard between 0 and 1),
    profile_fingerprint varchar not null
);
comment on table trust.parameter_sweep is 'How like each cluster is to what its sector''s run finds with one setting changed.';
comment on column trust.parameter_sweep.month is 'First day of the month.';
comment on column trust.parameter_sweep.profile is 'Method profile the row was made with.';
comment on column trust.parameter_sweep.cluster_id is 'Cluster.';
comment on column trust.parameter_sweep.parameter is 'The setting that is changed, by its name in the profile or in spatial.runs.';
comment on column trust.parameter_sweep.setting is 'What it is changed to; a distance in metres.';
comment on column trust.parameter_sweep.jaccard is 'Largest Jaccard similarity of the cluster''s sites with a group found so.';
comment on column trust.parameter_sweep.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists trust.criteria (
    month date not null,
    profile varchar not null,
    group_id varchar not null,
    cluster_id varchar,
    criterion varchar not null check (
        criterion in ('min_firms', 'rdi_active', 'colocated', 'specialised', 'internally_collaborative')
    ),
    figure_name varchar not null,
    figure double,
    threshold double,
    margin double,
    is_met boolean not null,
    is_criterion_met boolean not null,
    is_near boolean not null,
    type_if_flipped varchar,
    profile_fingerprint varchar not null
);
comment on table trust.criteria is 'Each figure that decides what a group is, its threshold, and what the group would be on the other side of it.';
comment on column trust.criteria.month is 'First day of the month.';
comment on column trust.criteria.profile is 'Method profile the row was made with.';
comment on column trust.criteria.group_id is 'Group.';
comment on column trust.criteria.cluster_id is 'Cluster that it is, or is part of; null where it is none.';
comment on column trust.criteria.criterion is 'min_firms, which every group must have, or one of the four criteria.';
comment on column trust.criteria.figure_name is 'Which of its figures. RD&I-active is a group by its share, or by its active firms and the p-value together; deciding_q_value is the least q-value of a sector with a quotient above 1, or the scan''s own.';
comment on column trust.criteria.figure is 'Figure; null where there is none: a group without a sector''s quotient.';
comment on column trust.criteria.threshold is 'Threshold; null where the criterion holds by construction: a spatial group is co-located, one found within a sector by density specialised.';
comment on column trust.criteria.margin is 'How far the figure is on the side on which it is met, over the threshold; negative where it is not met. Of p- and q-values (threshold - figure) / threshold.';
comment on column trust.criteria.is_met is 'Whether the figure meets its threshold.';
comment on column trust.criteria.is_criterion_met is 'Whether the group meets the criterion, by this figure or others.';
comment on column trust.criteria.is_near is 'Whether the group would be of another type, or become a cluster or cease to be one, were this threshold alone higher or lower by near_margin of itself.';
comment on column trust.criteria.type_if_flipped is 'Its type were this figure alone on the other side of its threshold, or ''no cluster''; null where it holds by construction.';
comment on column trust.criteria.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists trust.cluster_audit (
    month date not null,
    profile varchar not null,
    cluster_id varchar not null,
    firms bigint not null,
    registered_office_only_firms bigint not null check (registered_office_only_firms >= 0),
    registered_office_only_share double check (registered_office_only_share between 0 and 1),
    figured_firms bigint not null check (figured_firms >= 0),
    estimated_firms bigint not null check (estimated_firms >= 0),
    estimated_figures_share double check (estimated_figures_share between 0 and 1),
    located_sites bigint not null check (located_sites >= 0),
    fallback_sites bigint not null check (fallback_sites >= 0),
    fallback_coordinates_share double check (fallback_coordinates_share between 0 and 1)
);
comment on table trust.cluster_audit is 'Of each published cluster how much rests on paper addresses, on estimates and on rough places.';
comment on column trust.cluster_audit.month is 'First day of the month.';
comment on column trust.cluster_audit.profile is 'Method profile the row was made with.';
comment on column trust.cluster_audit.cluster_id is 'Cluster; kept from month to month while it keeps the larger part of its firms.';
comment on column trust.cluster_audit.firms is 'Distinct firms.';
comment on column trust.cluster_audit.registered_office_only_firms is 'Firms of which nothing but a registered office is known in the cluster.';
comment on column trust.cluster_audit.registered_office_only_share is 'These over firms.';
comment on column trust.cluster_audit.figured_firms is 'Firms with a figure of employees or turnover in the cluster.';
comment on column trust.cluster_audit.estimated_firms is 'Of these, firms with a figure that is an estimate: the middle of a size band, or a share of an organisation of several sites.';
comment on column trust.cluster_audit.estimated_figures_share is 'These over the firms with a figure; null where no firm has one.';
comment on column trust.cluster_audit.located_sites is 'Sites of its members that have a place.';
comment on column trust.cluster_audit.fallback_sites is 'Of these, sites whose own live postcode is not their place: a terminated postcode, the middle of a postcode sector or district, or a postcode that a counted unit was put on.';
comment on column trust.cluster_audit.fallback_coordinates_share is 'These over the located sites; null where none is located.';

create table if not exists trust.unplaced_money (
    month date not null,
    source varchar not null check (source in ('innovate_uk', 'innovate_uk_applications', 'ukri')),
    reason varchar not null check (reason in ('outside_uk', 'organisation_unmatched', 'no_postcode', 'postcode_unknown', 'formation_agent', 'unattributed', 'withdrawn', 'on_hold', 'in_other_list', 'no_amount')),
    awards bigint not null check (awards > 0),
    gbp decimal(18, 2) not null,
    placed_gbp decimal(18, 2) not null
);
comment on table trust.unplaced_money is 'Money of each source that stands at no place, by reason. With the money that does it is all awards of the drop, to the penny; it is the same for every profile.';
comment on column trust.unplaced_money.month is 'First day of the month.';
comment on column trust.unplaced_money.source is 'Dataset whose awards they are. CORDIS is not among them: what it gives is in EUR and counts as nobody''s funding.';
comment on column trust.unplaced_money.reason is 'outside_uk: the organisation is abroad; organisation_unmatched: no other source knows it and the award gives no postcode; no_postcode: none in any source; postcode_unknown: not in the postcode directory, nor its sector or district; formation_agent: only a registration there; unattributed: no participant to give it to, below 0 where participants are given more than the project; withdrawn, on_hold: nobody''s funding; in_other_list: the list of funded projects counts, or Innovate UK''s own; no_amount: funded, and no amount given.';
comment on column trust.unplaced_money.awards is 'Awards: an organisation''s share of a project, or the project where its money is nobody''s.';
comment on column trust.unplaced_money.gbp is 'Their sum in GBP.';
comment on column trust.unplaced_money.placed_gbp is 'Money of the same source that has a place, in GBP.';

create table if not exists trust.k_bands (
    month date not null,
    sites bigint not null check (sites >= 2),
    distance_km double not null check (distance_km >= 0),
    draws bigint not null check (draws > 0),
    all_sites bigint not null,
    mean double not null check (mean >= 0),
    low double not null,
    high double not null,
    local_low double not null,
    local_high double not null,
    profile_fingerprint varchar not null
);
comment on table trust.k_bands is 'K-densities of sites drawn from all business sites, by how many are drawn: what the sectors are held against.';
comment on column trust.k_bands.month is 'First day of the month.';
comment on column trust.k_bands.sites is 'Sites drawn, without replacement.';
comment on column trust.k_bands.distance_km is 'Distance between two sites in kilometres.';
comment on column trust.k_bands.draws is 'Draws made.';
comment on column trust.k_bands.all_sites is 'Business sites that are drawn from.';
comment on column trust.k_bands.mean is 'Mean of the draws'' K-densities, per kilometre.';
comment on column trust.k_bands.low is 'Lower global band, per kilometre: of the draws that do not reach the upper one a share k_alpha reaches it at some distance.';
comment on column trust.k_bands.high is 'Upper global band, per kilometre: a share k_alpha of the draws reaches it at some distance.';
comment on column trust.k_bands.local_low is 'Lower local band, per kilometre: at each distance a share k_alpha of the draws is below.';
comment on column trust.k_bands.local_high is 'Upper local band, per kilometre: at each distance a share k_alpha of the draws is above.';
comment on column trust.k_bands.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the values that all profiles of the month share.';

create table if not exists trust.k_density (
    month date not null,
    profile varchar not null,
    scheme varchar not null check (scheme in ('sic', 'rtic', 'rdi')),
    sector varchar not null,
    distance_km double not null check (distance_km >= 0),
    k double not null check (k >= 0),
    expected double not null check (expected >= 0),
    low double not null,
    high double not null,
    local_low double not null,
    local_high double not null,
    profile_fingerprint varchar not null
);
comment on table trust.k_density is 'How the distances between the sites of each sector are distributed, beside as many sites drawn from all business sites (Duranton and Overman 2005).';
comment on column trust.k_density.month is 'First day of the month.';
comment on column trust.k_density.profile is 'Method profile the row was made with; all profiles of a month have the same rows.';
comment on column trust.k_density.scheme is 'sic, rtic or rdi.';
comment on column trust.k_density.sector is 'Sector.';
comment on column trust.k_density.distance_km is 'Distance between two sites in kilometres.';
comment on column trust.k_density.k is 'K-density: density of the distances between two sites of the sector, per kilometre.';
comment on column trust.k_density.expected is 'Mean of the same of as many sites drawn from all, per kilometre.';
comment on column trust.k_density.low is 'Lower global band, per kilometre: k below it at some distance says dispersed where nothing says localised.';
comment on column trust.k_density.high is 'Upper global band, per kilometre: k above it at some distance says localised.';
comment on column trust.k_density.local_low is 'Lower local band, per kilometre: at each distance a share k_alpha of the draws is below.';
comment on column trust.k_density.local_high is 'Upper local band, per kilometre: at each distance a share k_alpha of the draws is above.';
comment on column trust.k_density.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists trust.localisation (
    month date not null,
    profile varchar not null,
    scheme varchar not null check (scheme in ('sic', 'rtic', 'rdi')),
    sector varchar not null,
    sites bigint not null check (sites >= 2),
    pairs bigint not null check (pairs > 0),
    bandwidth_km double not null check (bandwidth_km > 0),
    verdict varchar not null check (verdict in ('localised', 'dispersed', 'neither')),
    first_km double check (first_km >= 0),
    last_km double check (last_km >= first_km),
    strongest_km double check (strongest_km between first_km and last_km),
    localisation_index double not null check (localisation_index >= 0),
    dispersion_index double not null check (dispersion_index >= 0),
    draws bigint not null check (draws > 0),
    profile_fingerprint varchar not null
);
comment on table trust.localisation is 'Whether each sector is localised or dispersed among all business, and at which distances (Duranton and Overman 2005). A sector of fewer than k_min_sites sites, or of all of them, has no row.';
comment on column trust.localisation.month is 'First day of the month.';
comment on column trust.localisation.profile is 'Method profile the row was made with; all profiles of a month have the same rows.';
comment on column trust.localisation.scheme is 'sic, rtic or rdi.';
comment on column trust.localisation.sector is 'Sector.';
comment on column trust.localisation.sites is 'Points of the sector in the United Kingdom.';
comment on column trust.localisation.pairs is 'Pairs of them.';
comment on column trust.localisation.bandwidth_km is 'Bandwidth of the kernel in kilometres.';
comment on column trust.localisation.verdict is 'localised: k above the upper global band at some distance; dispersed: not so, and below the lower one at some distance; else neither.';
comment on column trust.localisation.first_km is 'Shortest distance, in kilometres, at which k is beyond the band that decides; null for neither.';
comment on column trust.localisation.last_km is 'Longest such distance in kilometres; between the two k need not be beyond it throughout.';
comment on column trust.localisation.strongest_km is 'Distance in kilometres at which k is furthest beyond the band.';
comment on column trust.localisation.localisation_index is 'What of the density k lies above the upper global band, over all distances looked at: a share of all pairs.';
comment on column trust.localisation.dispersion_index is 'What k lacks to the lower global band, likewise; 0 for localised.';
comment on column trust.localisation.draws is 'Draws that the bands are of, at each number of sites.';
comment on column trust.localisation.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists trust.method_agreement (
    month date not null,
    profile varchar not null,
    scheme varchar not null check (scheme in ('sic', 'rtic')),
    sector varchar not null,
    method varchar not null check (method in ('hdbscan', 'dbscan', 'scan', 'circles', 'districts')),
    other_method varchar not null check (other_method in ('hdbscan', 'dbscan', 'scan', 'circles', 'districts')),
    sector_points bigint not null check (sector_points > 0),
    points bigint not null check (points between 0 and sector_points),
    groups bigint not null check (groups >= 0),
    other_groups bigint not null check (other_groups >= 0),
    adjusted_mutual_information double check (adjusted_mutual_information <= 1),
    grouped_jaccard double check (grouped_jaccard between 0 and 1),
    profile_fingerprint varchar not null
);
comment on table trust.method_agreement is 'How far each two of five methods agree on the same points of a sector. The method that is the profile''s own has the groups of spatial.groups; the others have the profile''s parameters for them.';
comment on column trust.method_agreement.month is 'First day of the month.';
comment on column trust.method_agreement.profile is 'Method profile the row was made with.';
comment on column trust.method_agreement.scheme is 'sic or rtic.';
comment on column trust.method_agreement.sector is 'Sector.';
comment on column trust.method_agreement.method is 'hdbscan; dbscan; scan: ours, of windows and ellipses; circles: Kulldorff''s circular scan; districts: local authority districts with a location quotient above 1 beyond chance.';
comment on column trust.method_agreement.other_method is 'Likewise; each two methods have one row.';
comment on column trust.method_agreement.sector_points is 'Points of the sector in the grids that the profile ran.';
comment on column trust.method_agreement.points is 'Of these, points compared: all, or those of organisations drawn where there are many more than methods_max_points.';
comment on column trust.method_agreement.groups is 'Groups of the method that have a point among those compared.';
comment on column trust.method_agreement.other_groups is 'Likewise of the other method.';
comment on column trust.method_agreement.adjusted_mutual_information is 'Adjusted mutual information of the two (Vinh, Epps and Bailey 2010), points in no group being one label: 1 for the same groups, about 0 for what chance would give; null where either finds no group.';
comment on column trust.method_agreement.grouped_jaccard is 'Points in a group of both methods over points in a group of either; null where neither finds a group.';
comment on column trust.method_agreement.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists trust.agreement_map (
    month date not null,
    profile varchar not null,
    scheme varchar not null check (scheme in ('sic', 'rtic')),
    sector varchar not null,
    easting_km double not null,
    northing_km double not null,
    points bigint not null check (points > 0),
    firms bigint not null check (firms >= 0),
    methods_mean double not null check (methods_mean between 0 and 5),
    by_all_share double not null check (by_all_share between 0 and 1),
    by_one_share double not null check (by_one_share between 0 and 1),
    by_none_share double not null check (by_none_share between 0 and 1),
    hdbscan_share double not null check (hdbscan_share between 0 and 1),
    dbscan_share double not null check (dbscan_share between 0 and 1),
    scan_share double not null check (scan_share between 0 and 1),
    circles_share double not null check (circles_share between 0 and 1),
    districts_share double not null check (districts_share between 0 and 1),
    profile_fingerprint varchar not null
);
comment on table trust.agreement_map is 'In which places the five methods of trust.method_agreement agree: squares of the British National Grid, of each sector those in which a method finds a group, and of all sectors of a list together all that have a point.';
comment on column trust.agreement_map.month is 'First day of the month.';
comment on column trust.agreement_map.profile is 'Method profile the row was made with.';
comment on column trust.agreement_map.scheme is 'sic or rtic.';
comment on column trust.agreement_map.sector is 'Sector; All sectors for those of the list together, in which a site counts once for each sector that it is in.';
comment on column trust.agreement_map.easting_km is 'Easting of the square''s south-west corner in kilometres of the British National Grid, Northern Ireland too; its side is agreement_square_km.';
comment on column trust.agreement_map.northing_km is 'Northing of that corner in kilometres.';
comment on column trust.agreement_map.points is 'Points compared in the square.';
comment on column trust.agreement_map.firms is 'Distinct firms among them.';
comment on column trust.agreement_map.methods_mean is 'By how many of the five methods a point there is in a group, mean over the points.';
comment on column trust.agreement_map.by_all_share is 'Share of the points that are in a group by all methods.';
comment on column trust.agreement_map.by_one_share is 'Share of the points that are in a group by one method alone.';
comment on column trust.agreement_map.by_none_share is 'Share of the points that are in a group by none.';
comment on column trust.agreement_map.hdbscan_share is 'Share of the points that are in a group by HDBSCAN.';
comment on column trust.agreement_map.dbscan_share is 'Share of the points that are in a group by DBSCAN.';
comment on column trust.agreement_map.scan_share is 'Share of the points that are in a group by our scan.';
comment on column trust.agreement_map.circles_share is 'Share of the points that are in a group by the circular scan.';
comment on column trust.agreement_map.districts_share is 'Share of the points that are in a group by the districts'' quotients.';
comment on column trust.agreement_map.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';
