"""Which tables have rows of which months, and of which they were deleted for their age.

What belongs here: whether there is a row, or was one. What does not: how many, what they were made from
(`made_from`), or deleting them (`pruning`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import duckdb

from assets.months import Month

AT_A_TIME = 100
"""Tables and months of one query: to plan it takes DuckDB less than so many queries, and no more depth than it has."""


def with_rows(connection: duckdb.DuckDBPyConnection, asked: Iterable[tuple[str, date]]) -> set[tuple[str, date]]:
    """Of tables and first days of months those of which the table has a row of the month."""
    pairs = list(dict.fromkeys(asked))
    found: set[tuple[str, date]] = set()
    for first in range(0, len(pairs), AT_A_TIME):
        parts = [
            f"(select {number} from {table} where month = date '{first_day}' limit 1)"
            for number, (table, first_day) in enumerate(pairs[first : first + AT_A_TIME], first)
        ]
        found |= {pairs[number] for (number,) in connection.execute(" union all ".join(parts)).fetchall()}
    return found


def pruned_rows(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> set[tuple[str, date]]:
    """Of tables those, with the first day of the month, whose rows were deleted for their age."""
    found = connection.execute(
        "select table_name, month from ledger.pruned where table_name in (select unnest($tables))",
        {"tables": list(tables)},
    )
    return {(str(table), first_day) for table, first_day in found.fetchall()}


def drops_without_rows(connection: duckdb.DuckDBPyConnection, month: Month) -> bool:
    """Whether the rows of a drop that a month used were deleted."""
    found = connection.execute(
        "select 1 from sources.drops where month = $month and rows_deleted_at is not null limit 1",
        {"month": month.first_day},
    )
    return bool(found.fetchall())
