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
