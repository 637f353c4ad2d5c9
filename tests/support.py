"""What tests of several layers share: a warehouse to fill by hand, and rows with the dull columns filled in."""

from __future__ import annotations

import contextlib
import functools
import itertools
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import polars as pl

from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.database import Replacement, Warehouse, replace
from assets.warehouse.declarations import declared_tables
from assets.warehouse.running import StepResult, run_step, taken_over
from assets.warehouse.steps import Step

MONTH = Month(2025, 5)
AS_OF = date(2025, 5, 1)
ROWS_AT_ONCE = 200
"""Rows that one statement inserts."""
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def opened_once(
    function: Callable[Concatenate[Warehouse, Given], Answer],
) -> Callable[Concatenate[Warehouse, Given], Answer]:
    """A function that writes tables one after the other, with the file opened once: opening it is most of the work."""

    @functools.wraps(function)
    def opened(warehouse: Warehouse, *given: Given.args, **named: Given.kwargs) -> Answer:
        with warehouse.connect():
            return function(warehouse, *given, **named)

    return opened


def copy_home(home: Path, target: Path) -> Path:
    """A copy of a folder of Dagster's whose logs are emptied.

    What its first user's connections still hold beside these may go at any moment, and stays behind.
    """
    return Path(shutil.copytree(home, target, ignore=shutil.ignore_patterns("*-wal", "*-shm")))


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
        names, places = ", ".join(column.name for column in columns), f"({', '.join('?' * len(columns))})"
        for start in range(0, len(complete), ROWS_AT_ONCE):
            part = complete[start : start + ROWS_AT_ONCE]
            values = [value for row in part for value in row.values()]
            connection.execute(f"insert into {table} ({names}) values {', '.join([places] * len(part))}", values)


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


def make_or_take_over(
    warehouse: Warehouse, step: Step, *profiles: MethodProfile, month: Month = MONTH, is_open: bool = False
) -> StepResult:
    """As `make`, but rows that are there already, made from the same, are taken over.

    `is_open`: somebody has the file open to write, and DuckDB opens it once a process and in one way.
    """
    with warehouse.connect(read_only=not is_open) as connection:
        result = taken_over(connection, step, month, profiles or [MethodProfile(name="test")])
    return result or make(warehouse, step, *profiles, month=month)


def make_all(
    warehouse: Warehouse, steps: Iterable[Step], *profiles: MethodProfile, month: Month = MONTH, take_over: bool = False
) -> list[StepResult]:
    """Run steps one after another, as `make` does, or as `make_or_take_over`.

    Those that only write what a query makes have the file opened once, which is most of what each of them takes.
    """
    results: list[StepResult] = []
    for only_writes, group in itertools.groupby(steps, lambda each: bool(each.query) and each.tell is None):
        with warehouse.connect() if only_writes else contextlib.nullcontext():
            for step in group:
                run = functools.partial(make_or_take_over, is_open=only_writes) if take_over else make
                results.append(run(warehouse, step, *profiles, month=month))
    return results
