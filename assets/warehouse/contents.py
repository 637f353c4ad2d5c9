"""What a warehouse's file holds, in numbers: to tell whether a copy of it is the same.

What belongs here: rows and digests of all tables, declared or not. What does not: copying.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Content:
    """Of a table."""

    rows: int
    digest: str
    """Sum of the hashes that DuckDB gives to the rows, in hexadecimal: whatever the order, and other where one row is.
    Versions of DuckDB may hash otherwise."""


def contents(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, Content]:
    """The content of each table of an attached database by name (`layer.table`): every value is read, and with it every
    block compared with its checksum."""
    names = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = $database order by all",
        {"database": database},
    ).fetchall()
    found = {}
    for schema, table in names:
        rows, digest = connection.execute(
            f'select count(*), sum(hash(r)) from "{database}"."{schema}"."{table}" as r'
        ).fetchall()[0]
        found[f"{schema}.{table}"] = Content(rows, f"{digest or 0:x}")
    return found


def differing(expected: dict[str, Content], actual: dict[str, Content]) -> list[str]:
    """Tables whose content is not the same, or that only one of the two has, in order."""
    return sorted(name for name in expected.keys() | actual.keys() if expected.get(name) != actual.get(name))
