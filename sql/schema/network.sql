-- Who works with whom on publicly funded research; communities, and whether a group collaborates more than chance.

create schema if not exists network;

create table if not exists network.participations (
    month date not null,
    application_id varchar not null,
    organisation_id varchar not null,
    partners bigint not null check (partners >= 2)
);
comment on table network.participations is 'Organisations in applications of two or more partners in the window: the bipartite graph.';
comment on column network.participations.month is 'First day of the month.';
comment on column network.participations.application_id is 'Application or project.';
comment on column network.participations.organisation_id is 'Organisation.';
comment on column network.participations.partners is 'Distinct organisations in the application; of a project of CORDIS those abroad too, which are not in the graph.';

create table if not exists network.edges (
    month date not null,
    organisation_a varchar not null,
    organisation_b varchar not null,
    weight double not null,
    joint_projects bigint not null
);
comment on table network.edges is 'The projected graph, Newman''s weights.';
comment on column network.edges.month is 'First day of the month.';
comment on column network.edges.organisation_a is 'Organisation, the smaller id.';
comment on column network.edges.organisation_b is 'Organisation, the larger id.';
comment on column network.edges.weight is 'Sum over joint applications of 1 / (partners - 1).';
comment on column network.edges.joint_projects is 'Number of joint applications.';

create table if not exists network.runs (
    month date not null,
    profile varchar not null,
    method varchar not null,
    organisations bigint not null,
    applications bigint not null,
    edges bigint not null,
    modularity double,
    candidates bigint not null,
    groups bigint not null,
    skipped_reason varchar,
    profile_fingerprint varchar not null
);
comment on table network.runs is 'Every search for communities.';
comment on column network.runs.month is 'First day of the month.';
comment on column network.runs.profile is 'Method profile the row was made with.';
comment on column network.runs.method is 'consensus or scan.';
comment on column network.runs.organisations is 'Organisations in the graph.';
comment on column network.runs.applications is 'Applications in the graph.';
comment on column network.runs.edges is 'Edges of the projected graph.';
comment on column network.runs.modularity is 'Modularity of the consensus partition; null for the scan.';
comment on column network.runs.candidates is 'Groups considered.';
comment on column network.runs.groups is 'Groups kept.';
comment on column network.runs.skipped_reason is 'Why the run was not made; null where it was.';
comment on column network.runs.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists network.groups (
    month date not null,
    profile varchar not null,
    group_id varchar not null,
    organisations bigint not null,
    firms bigint not null,
    resolution double not null,
    partnerships bigint not null,
    expected_partnerships double not null,
    score double,
    score_excess double,
    score_p_value double,
    stability double,
    profile_fingerprint varchar not null
);
comment on table network.groups is 'Communities of at least min_firms firms.';
comment on column network.groups.month is 'First day of the month.';
comment on column network.groups.profile is 'Method profile the row was made with.';
comment on column network.groups.group_id is 'Group, unique within month and profile; starts with the approach: spatial- or network-.';
comment on column network.groups.organisations is 'Organisations in the community.';
comment on column network.groups.firms is 'Distinct firms in it.';
comment on column network.groups.resolution is 'Resolution of modularity it was found at.';
comment on column network.groups.partnerships is 'Joint partnerships inside, k.';
comment on column network.groups.expected_partnerships is 'Expected from the members'' numbers of partnerships, E.';
comment on column network.groups.score is 'k log(k / E) - (k - E); null for consensus.';
comment on column network.groups.score_excess is 'Score less its fourth-standard-deviation quantile among such candidates in networks of the same degrees.';
comment on column network.groups.score_p_value is 'p-value of the score in networks of the same degrees.';
comment on column network.groups.stability is 'Mean share of the repeated partitions in which two members stand together; null for the scan.';
comment on column network.groups.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists network.group_members (
    month date not null,
    profile varchar not null,
    group_id varchar not null,
    organisation_id varchar not null
);
comment on table network.group_members is 'Organisations in each community.';
comment on column network.group_members.month is 'First day of the month.';
comment on column network.group_members.profile is 'Method profile the row was made with.';
comment on column network.group_members.group_id is 'Group, unique within month and profile; starts with the approach: spatial- or network-.';
comment on column network.group_members.organisation_id is 'Organisation.';

create table if not exists network.collaboration_tests (
    month date not null,
    profile varchar not null,
    group_id varchar not null,
    joint_projects bigint not null,
    joint_pairs bigint not null,
    expected_joint_projects double not null,
    collaboration_p_value double not null,
    is_internally_collaborative boolean not null,
    profile_fingerprint varchar not null
);
comment on table network.collaboration_tests is 'Whether each group, spatial or network, works together more than chance.';
comment on column network.collaboration_tests.month is 'First day of the month.';
comment on column network.collaboration_tests.profile is 'Method profile the row was made with.';
comment on column network.collaboration_tests.group_id is 'Group, unique within month and profile; starts with the approach: spatial- or network-.';
comment on column network.collaboration_tests.joint_projects is 'Applications with at least two organisations of the group.';
comment on column network.collaboration_tests.joint_pairs is 'Distinct pairs of the group with a joint application.';
comment on column network.collaboration_tests.expected_joint_projects is 'Mean in networks of the same degrees.';
comment on column network.collaboration_tests.collaboration_p_value is 'Share of such networks with at least as much joint work, (1 + r) / (1 + n).';
comment on column network.collaboration_tests.is_internally_collaborative is 'Criterion 4.';
comment on column network.collaboration_tests.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists network.colocation (
    month date not null,
    profile varchar not null,
    group_id varchar not null,
    located_firms bigint not null,
    colocated_firms bigint not null,
    colocated_share double not null,
    centre_organisation_id varchar,
    is_colocated boolean not null,
    profile_fingerprint varchar not null
);
comment on table network.colocation is 'How near one another the firms of each community lie.';
comment on column network.colocation.month is 'First day of the month.';
comment on column network.colocation.profile is 'Method profile the row was made with.';
comment on column network.colocation.group_id is 'Group, unique within month and profile; starts with the approach: spatial- or network-.';
comment on column network.colocation.located_firms is 'Firms of the community with a located site.';
comment on column network.colocation.colocated_firms is 'Most of them within colocation_km of one member.';
comment on column network.colocation.colocated_share is 'colocated_firms / located_firms, 0 where none is located.';
comment on column network.colocation.centre_organisation_id is 'The member they lie around.';
comment on column network.colocation.is_colocated is 'Criterion 2 for a community.';
comment on column network.colocation.profile_fingerprint is 'First 16 hex digits of the SHA-256 of the profile''s values.';

create table if not exists network.institution_ties (
    month date not null,
    institution_a varchar not null,
    institution_b varchar not null check (institution_b > institution_a),
    publications bigint not null check (publications > 0),
    name_a varchar,
    name_b varchar,
    is_uk_a boolean not null,
    is_uk_b boolean not null,
    organisation_id_a varchar,
    organisation_id_b varchar,
    latitude_a double,
    longitude_a double,
    latitude_b double,
    longitude_b double
);
comment on table network.institution_ties is 'Joint publications of institutions, at least one of the two in the UK, and where they are; empty without a drop of publications.';
comment on column network.institution_ties.month is 'First day of the month.';
comment on column network.institution_ties.institution_a is 'Institution whose id comes first as text: OpenAlex institution id, MAG affiliation id, or the id of the drop''s tables.';
comment on column network.institution_ties.institution_b is 'Institution whose id comes second as text, likewise.';
comment on column network.institution_ties.publications is 'Publications of the drop, of any date, with an author at each, whatever their number of authors and institutions.';
comment on column network.institution_ties.name_a is 'Display name of the first; null overseas.';
comment on column network.institution_ties.name_b is 'Display name of the second; null overseas.';
comment on column network.institution_ties.is_uk_a is 'Whether the first is one of the UK institutions of the drop.';
comment on column network.institution_ties.is_uk_b is 'Whether the second is one of the UK institutions of the drop.';
comment on column network.institution_ties.organisation_id_a is 'Organisation that the first is matched to; null overseas.';
comment on column network.institution_ties.organisation_id_b is 'Organisation that the second is matched to; null overseas.';
comment on column network.institution_ties.latitude_a is 'Latitude of the first in degrees, WGS84; null overseas and where the drop gives none.';
comment on column network.institution_ties.longitude_a is 'Longitude of the first in degrees, WGS84, likewise.';
comment on column network.institution_ties.latitude_b is 'Latitude of the second in degrees, WGS84; null overseas and where the drop gives none.';
comment on column network.institution_ties.longitude_b is 'Longitude of the second in degrees, WGS84, likewise.';
