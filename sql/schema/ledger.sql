-- What the warehouse keeps of itself: no layer, and no asset.

create schema if not exists ledger;

create table if not exists ledger.made_from (
    month date not null,
    table_name varchar not null,
    fingerprint varchar not null,
    row_count bigint not null
);
comment on table ledger.made_from is 'What the rows of a table and month were made from.';
comment on column ledger.made_from.month is 'First day of the month.';
comment on column ledger.made_from.table_name is 'Layer and table.';
comment on column ledger.made_from.fingerprint is 'Digest of the code, the parameters and all that was read.';
comment on column ledger.made_from.row_count is 'Rows of the month, of all profiles.';

create table if not exists ledger.pruned (
    month date not null,
    table_name varchar not null,
    row_count bigint not null,
    pruned_at timestamp not null
);
comment on table ledger.pruned is 'Tables and months whose rows were deleted because the month is older than those that working tables are kept for. A month that is made again is taken out.';
comment on column ledger.pruned.month is 'First day of the month.';
comment on column ledger.pruned.table_name is 'Layer and table.';
comment on column ledger.pruned.row_count is 'Rows that were deleted.';
comment on column ledger.pruned.pruned_at is 'When, in UTC.';

create table if not exists ledger.schema_versions (
    version integer not null,
    reached_at timestamp not null,
    software varchar not null
);
comment on table ledger.schema_versions is 'Versions of the schema that the warehouse has had; the greatest is the one that it has.';
comment on column ledger.schema_versions.version is 'As the migrations are numbered.';
comment on column ledger.schema_versions.reached_at is 'When the warehouse was made with it or brought to it, in UTC.';
comment on column ledger.schema_versions.software is 'Version of innovation-clusters that did so.';

create table if not exists ledger.accepted (
    dataset varchar not null,
    as_of date not null,
    sha256 varchar not null,
    column_name varchar not null,
    figure varchar not null,
    before double,
    now double not null,
    reason varchar not null,
    accepted_by varchar not null,
    accepted_at timestamp not null
);
comment on table ledger.accepted is 'Figures of drops that were not plausible and that a person let pass.';
comment on column ledger.accepted.dataset is 'Name of the dataset.';
comment on column ledger.accepted.as_of is 'Date of the drop.';
comment on column ledger.accepted.sha256 is 'SHA-256 of the drop''s bytes.';
comment on column ledger.accepted.column_name is 'The column; rows: the number of rows.';
comment on column ledger.accepted.figure is 'What was not plausible, as in sources.alarms.';
comment on column ledger.accepted.before is 'The figure of the dataset''s drop before; null where there was none.';
comment on column ledger.accepted.now is 'The figure of this drop.';
comment on column ledger.accepted.reason is 'Why it was let pass, in that person''s words.';
comment on column ledger.accepted.accepted_by is 'Name of the operating system''s user who ran the refresh.';
comment on column ledger.accepted.accepted_at is 'When, in UTC.';

create table if not exists ledger.approvals (
    month date not null,
    rows_sha256 varchar not null,
    approved_by varchar not null,
    approved_at timestamp not null,
    note varchar not null,
    warnings bigint not null check (warnings >= 0)
);
comment on table ledger.approvals is 'Rows of months whose publication a person approved: a row is never changed or deleted.';
comment on column ledger.approvals.month is 'First day of the month.';
comment on column ledger.approvals.rows_sha256 is 'SHA-256 of the rows that were approved, as in publication.approval.';
comment on column ledger.approvals.approved_by is 'Who approved them.';
comment on column ledger.approvals.approved_at is 'When, in UTC.';
comment on column ledger.approvals.note is 'What that person said of it; empty where nothing.';
comment on column ledger.approvals.warnings is 'Checks of the month that warned when it was approved.';

-- What has left the warehouse. A release is out once disclosure control has committed it: its folder may be shown at any
-- moment after that, by anyone. So nothing here is ever replaced, whatever is made again.

create table if not exists ledger.releases (
    month date not null,
    release bigint not null check (release > 0),
    parameters varchar not null
);
comment on table ledger.releases is 'Releases of each month by disclosure control: a row is never changed or deleted, because what is out cannot be taken back.';
comment on column ledger.releases.month is 'First day of the month.';
comment on column ledger.releases.release is 'From 1; one more for each time the month was made again and came out otherwise.';
comment on column ledger.releases.parameters is 'Digest of the parameters of the section publication.';

create table if not exists ledger.released (
    month date not null,
    release bigint not null,
    profile varchar not null,
    table_name varchar not null check (table_name in ('clusters', 'totals')),
    label varchar not null,
    measure varchar not null check (measure in ('employees', 'turnover_gbp')),
    figure varchar not null,
    value bigint not null,
    given bigint,
    base bigint not null
);
comment on table ledger.released is 'Every figure of every release, given or suppressed. Confidential.';
comment on column ledger.released.month is 'First day of the month.';
comment on column ledger.released.release is 'Release of the month.';
comment on column ledger.released.profile is 'Method profile.';
comment on column ledger.released.table_name is 'clusters or totals.';
comment on column ledger.released.label is 'The cluster, or dimension and member.';
comment on column ledger.released.measure is 'employees or turnover_gbp.';
comment on column ledger.released.figure is 'Digest of which business holds how much of it: figures with the same are one figure.';
comment on column ledger.released.value is 'The true figure in hundredths.';
comment on column ledger.released.given is 'As published, rounded; null where suppressed.';
comment on column ledger.released.base is 'What the measure was rounded to.';

create table if not exists ledger.released_parts (
    month date not null,
    release bigint not null,
    profile varchar not null,
    total varchar not null,
    cluster_id varchar not null
);
comment on table ledger.released_parts is 'Which clusters each released total is the sum of.';
comment on column ledger.released_parts.month is 'First day of the month.';
comment on column ledger.released_parts.release is 'Release of the month.';
comment on column ledger.released_parts.profile is 'Method profile.';
comment on column ledger.released_parts.total is 'Dimension and member.';
comment on column ledger.released_parts.cluster_id is 'The cluster.';

create table if not exists ledger.released_holdings (
    month date not null,
    release bigint not null,
    figure varchar not null,
    organisation_id varchar not null,
    value bigint not null
);
comment on table ledger.released_holdings is 'What each business holds of each figure of a cluster that was ever released, once a figure. Confidential.';
comment on column ledger.released_holdings.month is 'Month of the release that had it first.';
comment on column ledger.released_holdings.release is 'That release.';
comment on column ledger.released_holdings.figure is 'As in ledger.released.';
comment on column ledger.released_holdings.organisation_id is 'The organisation.';
comment on column ledger.released_holdings.value is 'In hundredths.';

create table if not exists ledger.released_sums (
    month date not null,
    release bigint not null,
    profile varchar not null,
    measure varchar not null check (measure in ('employees', 'turnover_gbp')),
    kind varchar not null check (kind in ('goal', 'inside')),
    number bigint not null,
    table_name varchar not null,
    label varchar not null,
    title varchar not null,
    required_lower double,
    required_upper double,
    figure varchar not null,
    sign bigint not null
);
comment on table ledger.released_sums is 'Signed sums of released figures: what each release promised to protect, and what lies wholly inside what. Confidential.';
comment on column ledger.released_sums.month is 'First day of the month.';
comment on column ledger.released_sums.release is 'Release of the month.';
comment on column ledger.released_sums.profile is 'Method profile of the cell that it is reported of.';
comment on column ledger.released_sums.measure is 'employees or turnover_gbp.';
comment on column ledger.released_sums.kind is 'goal: must not be bounded more closely than required; inside: is not below 0.';
comment on column ledger.released_sums.number is 'Number of the sum in its release, measure and kind.';
comment on column ledger.released_sums.table_name is 'Table of the cell that it is reported of.';
comment on column ledger.released_sums.label is 'Label of that cell.';
comment on column ledger.released_sums.title is 'What it is called in publication.attack_bounds of later months; empty where the kind is inside.';
comment on column ledger.released_sums.required_lower is 'The least value that agrees with everything must be no more than this.';
comment on column ledger.released_sums.required_upper is 'The greatest must be no less than this.';
comment on column ledger.released_sums.figure is 'A figure of the sum, as in ledger.released.';
comment on column ledger.released_sums.sign is 'How often it counts: 1 or -1, or more where several cells have one figure.';
