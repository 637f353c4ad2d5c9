"""The warehouse as a step sees it: the tables that the step declares, and no more.

What belongs here: what a step may read, and refusing the rest. What does not: what a query touches (`touched`), running
a step (`steps`), the file (`database`).

A step's rows are taken over where all that it declares is as it was (`made_from`). What it read beside that would
change without its rows being made anew, so it is refused: on every run, not in tests alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from assets.warehouse.checks import CheckOutcome, run_checks
from assets.warehouse.declarations import declared_tables
from assets.warehouse.touched import tables_touched

if TYPE_CHECKING:
    from assets.warehouse.database import Warehouse

LAYERS_OF_DROPS = ("sources", "reference")
"""Layers whose rows follow from the month's drops alone."""
DROPS = "sources.drops"
"""Which drop each month uses. Who declares a table of drops may read it: its lines of the month stand for that table's
rows."""


class UndeclaredReadError(ValueError):
    """A query of a step touches a table that the step does not declare."""

    def __init__(self, step: str, undeclared: Collection[str]) -> None:
        names = ", ".join(sorted(undeclared))
        super().__init__(
            f"step {step} reads {names}, which it does not declare: its rows would be taken over though what they were "
            f"made from has changed. Add {names} to the `reads` of the step"
        )


class Reading:
    """What one step may read of a warehouse."""

    def __init__(self, warehouse: Warehouse, step: str, tables: Sequence[str], reads: Sequence[str]) -> None:
        self._warehouse = warehouse
        self.threads = warehouse.threads
        self.step = step
        self.declared = readable(tables, reads)

    def read(self, sql: str, parameters: Mapping[str, Any]) -> pl.DataFrame:
        """The rows of a query. Raises UndeclaredReadError."""
        self.allow(sql)
        return self._warehouse.read(sql, **parameters)

    def export(self, sql: str, target: Path, parameters: Mapping[str, Any]) -> Path:
        """The rows of a query in a Parquet file. Raises UndeclaredReadError."""
        self.allow(sql)
        return self._warehouse.export(sql, target, **parameters)

    def allow(self, sql: str) -> None:
        """Raise UndeclaredReadError where a query touches what is not declared."""
        if undeclared := tables_touched(sql) - self.declared:
            raise UndeclaredReadError(self.step, undeclared)

    def check(
        self, tables: Sequence[str], parameters: Mapping[str, Any], profiles: Sequence[str], *, if_filled: bool
    ) -> list[CheckOutcome]:
        """What the rules of tables say of a month; `if_filled`, of those alone that have rows of the month.

        Rules read what they like: a step may tell of them or refuse by them, but no row of its own comes from them.
        """
        with self._warehouse.connect(read_only=True) as connection:
            filled = [
                table
                for table in tables
                if not if_filled
                or connection.execute(
                    f"select exists (from {table} where {_of_month(table)})", {"month": parameters["month"]}
                ).fetchall()[0][0]
            ]
            return run_checks(connection, filled, parameters, profiles)


def _of_month(table: str) -> str:
    """Which rows of a table are a month's: those of the month, or of a drop that it used."""
    columns = {column.name for column in declared_tables()[table].columns}
    if "month" in columns:
        return "month = $month"
    drop = "(dataset, as_of)" if "dataset" in columns else "as_of"
    return f"{drop} in (select {drop} from {DROPS} where month = $month)"


def readable(tables: Sequence[str], reads: Sequence[str]) -> frozenset[str]:
    """The tables that a step of these tables, which declares these reads, may touch.

    Its own are there for earlier months: what it wrote of the month itself says nothing of what the month should have.
    """
    declared = {*tables, *reads}
    of_drops = any(table.split(".")[0] in LAYERS_OF_DROPS for table in declared)
    return frozenset(declared | ({DROPS} if of_drops else set()))
