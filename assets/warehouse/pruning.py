"""Which rows of the warehouse stay, and deleting the others.

Results, what was released, and what identifies a drop stay for ever. What a month is made through, and the rows of its
drops, are many times as large and stay for the newest months (`kept` in `sql/schema/<layer>.toml`). What belongs here:
finding and deleting such rows, and keeping in mind that they were there. What does not: giving their space back to the
disk (`compaction`), when it is done.

A table's rows go in one transaction with the lines of `ledger.pruned` that say so; those of a drop with the mark in
`sources.drops` by which it is read again where a month needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from assets.months import Month
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import Table, declared_tables

DROPS = "sources.drops"
MONTHS_MADE = f"select distinct month from {DROPS} order by month desc"


@dataclass(frozen=True)
class Pruned:
    """What was deleted."""

    months: tuple[Month, ...] = ()
    """The months that had rows in working tables."""
    rows: int = 0
    drops: int = 0
    """Drops whose rows were deleted."""


def prune(warehouse: Warehouse, working_months: int, datasets: Mapping[str, Sequence[str]]) -> Pruned:
    """Delete the working rows of all but the newest months, and rows of drops that none of these uses.

    `datasets`: table of drops -> the datasets whose drops fill it. Of the drops `sources.drops` keeps what identifies
    them. A process that is killed in between leaves tables that are pruned and others that are not: the next goes on.
    """
    at = datetime.now(UTC).replace(tzinfo=None)
    with warehouse.connect() as connection:
        oldest_kept = _oldest_kept(connection, working_months)
        if oldest_kept is None:
            return Pruned()
        months: set[date] = set()
        rows = 0
        for table in _monthly_tables():
            found = _prune_table(connection, table, oldest_kept, at)
            months |= found.keys()
            rows += sum(found.values())
        drops = _unused_drops(connection, oldest_kept, datasets)
        for dataset, as_of in drops:
            rows += _prune_drop(connection, dataset, as_of, _tables_of(dataset, datasets), at)
    return Pruned(tuple(Month.of(day) for day in sorted(months)), rows, len(drops))


def is_to_prune(
    connection: duckdb.DuckDBPyConnection, working_months: int, datasets: Mapping[str, Sequence[str]]
) -> bool:
    """Whether `prune` would delete anything."""
    oldest_kept = _oldest_kept(connection, working_months)
    if oldest_kept is None:
        return False
    return bool(_unused_drops(connection, oldest_kept, datasets)) or any(
        connection.execute(f"select 1 from {table} where month < $oldest limit 1", {"oldest": oldest_kept}).fetchall()
        for table in _monthly_tables()
    )


def working_tables() -> list[Table]:
    """The tables whose rows stay for the newest months alone."""
    return [table for table in declared_tables().values() if table.kept == "newest months"]


def pruned_months(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, list[Month]]:
    """Of tables those that were pruned, each with the months whose rows were deleted, in order."""
    found = connection.execute(
        "select table_name, list(month order by month) from ledger.pruned "
        "where table_name in (select unnest($tables)) group by table_name order by table_name",
        {"tables": list(tables)},
    )
    return {str(table): [Month.of(day) for day in months] for table, months in found.fetchall()}


def _oldest_kept(connection: duckdb.DuckDBPyConnection, working_months: int) -> date | None:
    """First day of the oldest month whose working rows stay; None where there are no older ones."""
    made = [first_day for (first_day,) in connection.execute(MONTHS_MADE).fetchall()]
    return made[working_months - 1] if len(made) > working_months else None


def _monthly_tables() -> list[str]:
    return [table.name for table in working_tables() if any(column.name == "month" for column in table.columns)]


def _prune_table(connection: duckdb.DuckDBPyConnection, table: str, oldest_kept: date, at: datetime) -> dict[date, int]:
    """Month -> rows that were deleted of a table."""
    before = {"oldest": oldest_kept}
    counted = connection.execute(f"select month, count(*) from {table} where month < $oldest group by month", before)
    found: dict[date, int] = dict(counted.fetchall())
    if not found:
        return {}
    connection.execute("begin transaction")
    for first_day, rows in found.items():
        of_month = {"month": first_day, "table": table}
        connection.execute("delete from ledger.pruned where month = $month and table_name = $table", of_month)
        connection.execute(
            "insert into ledger.pruned values ($month, $table, $rows, $at)",
            {**of_month, "rows": rows, "at": at},
        )
    connection.execute(f"delete from {table} where month < $oldest", before)
    connection.execute("commit")
    return found


def _unused_drops(
    connection: duckdb.DuckDBPyConnection, oldest_kept: date, datasets: Mapping[str, Sequence[str]]
) -> list[tuple[str, date]]:
    """Drops that fill working tables, that no month from the oldest that is kept uses, and whose rows are there."""
    of_working_tables = {name for table in working_tables() for name in datasets.get(table.name, ())}
    found = connection.execute(
        f"select dataset, as_of from {DROPS} where dataset in (select unnest($datasets)) group by dataset, as_of "
        "having max(month) < $oldest and bool_or(rows_deleted_at is null) order by dataset, as_of",
        {"datasets": sorted(of_working_tables), "oldest": oldest_kept},
    )
    return [(str(dataset), as_of) for dataset, as_of in found.fetchall()]


def _tables_of(dataset: str, datasets: Mapping[str, Sequence[str]]) -> list[Table]:
    """The working tables that a dataset's drops fill."""
    return [table for table in working_tables() if dataset in datasets.get(table.name, ())]


def _prune_drop(
    connection: duckdb.DuckDBPyConnection, dataset: str, as_of: date, tables: Sequence[Table], at: datetime
) -> int:
    """Rows that were deleted of a drop."""
    rows = 0
    connection.execute("begin transaction")
    for table in tables:
        # A table of several datasets tells them apart by name.
        has_dataset = any(column.name == "dataset" for column in table.columns)
        of_drop = {"as_of": as_of, **({"dataset": dataset} if has_dataset else {})}
        where = " and ".join(f"{column} = ${column}" for column in of_drop)
        rows += connection.execute(f"delete from {table.name} where {where}", of_drop).fetchall()[0][0]
    connection.execute(
        f"update {DROPS} set rows_deleted_at = $at where dataset = $dataset and as_of = $as_of",
        {"dataset": dataset, "as_of": as_of, "at": at},
    )
    connection.execute("commit")
    return rows
