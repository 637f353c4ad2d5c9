"""What tests of several layers share: a warehouse to fill by hand, and rows with the dull columns filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.database import Replacement, Warehouse, replace
from assets.warehouse.declarations import declared_tables
from assets.warehouse.running import StepResult, run_step
from assets.warehouse.steps import Step

MONTH = Month(2025, 5)
AS_OF = date(2025, 5, 1)


def fill(warehouse: Warehouse, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows in a declared table, in place of all that it holds.

    A row need give only what the test is about: `month` is MONTH, `as_of` is AS_OF, `profile_fingerprint` is "test",
    nullable columns are null. A missing required column is an error.
    """
    usual = {"month": MONTH.first_day, "as_of": AS_OF, "profile_fingerprint": "test"}
    columns = declared_tables()[table].columns
    complete = []
    for row in rows:
        unknown = set(row) - {column.name for column in columns}
        assert not unknown, f"{table} has no column {sorted(unknown)}"
        complete.append({column.name: row.get(column.name, usual.get(column.name)) for column in columns})
    with warehouse.transaction() as connection:
        connection.execute(f"delete from {table}")
        for row in complete:
            names = ", ".join(row)
            connection.execute(
                f"insert into {table} ({names}) values ({', '.join('?' * len(row))})", list(row.values())
            )


def fill_frame(warehouse: Warehouse, table: str, frame: pl.DataFrame) -> None:
    """Put a complete frame in a declared table, in place of all that it holds."""
    with warehouse.transaction() as connection:
        replace(connection, [Replacement(table, {}, frame)])


def use_drop(warehouse: Warehouse, *datasets: str, as_of: date = AS_OF) -> None:
    """Say in sources.drops that MONTH uses a drop of each dataset."""
    fill(
        warehouse,
        "sources.drops",
        [
            {
                "dataset": name,
                "as_of": as_of,
                "path": f"{name}/test.csv",
                "sha256": "0",
                "bytes": 1,
                "rows_read": 1,
                "rows_rejected": 0,
            }
            for name in datasets
        ],
    )


def make(warehouse: Warehouse, step: Step, *profiles: MethodProfile, month: Month = MONTH) -> StepResult:
    """Run a step for the month; without profiles, for the default parameters."""
    return run_step(step, warehouse, month, profiles or [MethodProfile(name="test")])
