-- What the warehouse keeps of itself: no layer, and no asset.

create schema if not exists ledger;

create table if not exists ledger.made_from (
    month date not null,
    table_name varchar not null,
    fingerprint varchar not null,
    row_count bigint not null
);
comment on table ledger.made_from is 'What the rows of a table and month were made from. Key: month, table_name.';
comment on column ledger.made_from.month is 'First day of the month.';
comment on column ledger.made_from.table_name is 'Layer and table.';
comment on column ledger.made_from.fingerprint is 'Digest of the code, the parameters and all that was read.';
comment on column ledger.made_from.row_count is 'Rows of the month, of all profiles.';

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
comment on table ledger.accepted is 'Figures of drops that were not plausible and that a person let pass. Key: dataset, as_of, sha256, column_name, figure.';
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
