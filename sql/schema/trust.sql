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
comment on table trust.stability is 'How each cluster that is a group of sites comes out of bootstrap draws of its sector''s organisations, and of other settings of the method. A cluster found by collaboration alone has no row.';
comment on column trust.stability.month is 'First day of the month.';
comment on column trust.stability.profile is 'Method profile the row was made with.';
comment on column trust.stability.cluster_id is 'Cluster.';
comment on column trust.stability.draws is 'Draws that it was looked for in.';
comment on column trust.stability.drawn_share is 'Share of its sector''s organisations in a draw.';
comment on column trust.stability.mean_jaccard is 'Mean over the draws of the largest Jaccard similarity of its drawn sites with a group of the draw.';
comment on column trust.stability.low_jaccard is '5% quantile of the same.';
comment on column trust.stability.sweep_mean_jaccard is 'Mean over the other settings of the largest Jaccard similarity of its sites with a group; null where none was run.';
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
