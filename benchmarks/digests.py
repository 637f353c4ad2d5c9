"""What a refresh made, in a few bytes: equal digests are equal rows, in whatever order they were written.

What belongs here: digests of tables and how two differ. What does not: which refreshes are to be equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assets.months import Month
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import Table, declared_tables

LAYERS = ("organisations", "spatial", "network", "typology", "trust")
"""Layers that are results; sources and reference are what was read."""


@dataclass(frozen=True)
class TableDigest:
    """One table's rows of a month."""

    rows: int
    exact: str
    """Of all columns but doubles: sum of the rows' hashes, hexadecimal."""
    doubles: dict[str, str] = field(default_factory=dict)
    """Of each double column together with the exact ones."""


def month_digests(warehouse: Warehouse, month: Month) -> dict[str, TableDigest]:
    """Digest of every table of the results, over all its columns, to the last bit of a double."""
    tables = [table for table in declared_tables().values() if table.layer in LAYERS]
    with warehouse.connect(read_only=True):
        return {table.name: _digest(warehouse, table, month) for table in tables}


def differences(one: Mapping[str, TableDigest], other: Mapping[str, TableDigest]) -> list[str]:
    """What differs: `table` where rows do, `table.column` where a double alone does; in order."""
    found = []
    for table in sorted(set(one) | set(other)):
        mine, theirs = one.get(table), other.get(table)
        if mine is None or theirs is None or (mine.rows, mine.exact) != (theirs.rows, theirs.exact):
            found.append(table)
        else:
            found += [
                f"{table}.{column}" for column in mine.doubles if mine.doubles[column] != theirs.doubles.get(column)
            ]
    return found


def _digest(warehouse: Warehouse, table: Table, month: Month) -> TableDigest:
    doubles = [column.name for column in table.columns if column.type == "double"]
    exact = ", ".join(column.name for column in table.columns if column.name not in doubles)
    sums = ", ".join(
        [f"sum(hash({exact})) as exact", *(f"sum(hash({exact}, {column})) as {column}" for column in doubles)]
    )
    row = warehouse.read(
        f"select count(*) as all_rows, {sums} from {table.name} where month = $month", month=month.first_day
    ).row(0, named=True)
    return TableDigest(row["all_rows"], _hex(row["exact"]), {column: _hex(row[column]) for column in doubles})


def _hex(value: int | None) -> str:
    return f"{int(value or 0):x}"
