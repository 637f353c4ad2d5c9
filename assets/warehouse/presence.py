"""Which tables have rows of which months.

What belongs here: whether there is a row. What does not: how many, or what they were made from (`made_from`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

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
