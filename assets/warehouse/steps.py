"""Steps: the few lines between a method and its tables. Dagster-free; `dagster_assets` makes assets of them.

A Python step is a function of a `StepContext` that returns a frame for each table it declares. A SQL step is a file
`sql/<layer>/<table>.sql`. Both leave out `month`, `profile` and `profile_fingerprint`: running the step adds them.
Step functions hold no method: they read, call a pure function, and hand its frames back. How one is run is `running`.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import duckdb
import polars as pl

from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.checks import CheckOutcome
from assets.warehouse.database import Query, Replacement
from assets.warehouse.declarations import declared_tables
from assets.warehouse.inputs import inputs_of, tables_read
from assets.warehouse.reading import DROPS, Reading
from assets.warehouse.touched import tables_touched
from assets.work import Engine, Threads

Rows = Mapping[str, "pl.DataFrame | Path | Query"] | Sequence[Replacement]
"""What every table of the step gets; or, where the month is not the scope, the replacements."""

MayLack = Literal["none", "all", "any"]
"""None of them, all of them together (it has nothing to do then), or any."""


@dataclass
class Report:
    """What a step tells the person who looks at its asset."""

    figures: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    of_tables: dict[str, Report] = field(default_factory=dict)
    """What is told at the asset of one table alone, by table."""

    def of_table(self, table: str) -> Report:
        """What is told at the asset of that table alone; to be filled."""
        return self.of_tables.setdefault(table, Report())

    def figure(self, name: str, value: Any) -> None:
        """A number, text or small frame to stand in the asset's metadata."""
        self.figures[name] = value

    def picture(self, name: str, png: bytes) -> None:
        """A PNG to stand in the asset's metadata."""
        self.pictures[name] = png

    def page(self, name: str, markdown: str) -> None:
        """A page of Markdown to stand in the asset's metadata."""
        self.pages[name] = markdown

    def say(self, message: str) -> None:
        """A sentence for the log, and for the asset's metadata."""
        self.messages.append(message)


@dataclass
class StepContext:
    """What a step's function is given."""

    reading: Reading
    month: Month
    method: MethodProfile
    """The profile of a per-profile step; else the one whose shared sections all profiles of the month agree on."""
    report: Report
    scratch: Path
    """A folder that is gone when the step ends."""
    making: frozenset[str] | None = None
    """Tables that the run is to make, this step's among them; None for a step that is run by itself."""
    profiles: Sequence[MethodProfile] = ()
    """All profiles of the run, for what tells of them."""
    accepting: Mapping[str, str] = field(default_factory=dict)
    """What a person lets pass in this run, and why."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What a person says to the step in this run, by the names of its `asks`."""
    to_do: list[Callable[[], None]] = field(default_factory=list)
    inputs: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    """The digest of the step's code: what other code has made is not this step's."""
    engine: Engine = field(default_factory=Threads)
    """What works where work is done item by item (`work.over`)."""

    @property
    def threads(self) -> int:
        """Threads that a step may use: the warehouse's, or all cores."""
        return self.reading.threads or os.cpu_count() or 1

    def once_written(self, action: Callable[[], None]) -> None:
        """Do something when the rows are committed, and not at all where a check fails.

        For what others see of the rows outside the warehouse: it must not run ahead of them.
        """
        self.to_do.append(action)

    def input(self, name: str, **parameters: Any) -> pl.DataFrame:
        """The rows of one of the step's inputs, `sql/<layer>/inputs/<name>.sql`; bound as in `read`.

        Raises ValueError for one that the step does not declare.
        """
        return self.read(self.query_of(name), **parameters)

    def query_of(self, name: str) -> str:
        """The query of one of the step's inputs. Raises ValueError for one that the step does not declare."""
        if name not in self.inputs:
            raise ValueError(f"step {self.reading.step} has no input {name}: add it to the `inputs` of the step")
        return self.inputs[name]

    def read(self, sql: str, **parameters: Any) -> pl.DataFrame:
        """The rows of a query; `$month`, `$profile` and every parameter of the profile are bound by name.

        Raises UndeclaredReadError where it touches a table that the step neither declares nor makes. A step looks at
        its own tables for earlier months: their rows of this month are those that it is there to replace.
        """
        return self.reading.read(sql, {**step_parameters(self.month, self.method), **parameters})

    def export(self, sql: str, target: Path, **parameters: Any) -> Path:
        """The rows of a query in a Parquet file, never held in memory; bound and refused as in `read`."""
        return self.reading.export(sql, target, {**step_parameters(self.month, self.method), **parameters})

    def check(self, tables: Sequence[str], *, if_filled: bool = False) -> list[CheckOutcome]:
        """What the rules of tables say of the month and profiles now; `if_filled`, of tables with rows of the month."""
        names = [profile.name for profile in self.profiles]
        return self.reading.check(tables, step_parameters(self.month, self.method), names, if_filled=if_filled)


@dataclass(frozen=True)
class Outside:
    """What a step that reaches outside has to do with there, where that can be told: then it too is taken over."""

    decides: Callable[[duckdb.DuckDBPyConnection, Month, Sequence[MethodProfile]], object]
    """What decides its rows beside all that the ledger knows of, as values that JSON has."""
    stands: Callable[[duckdb.DuckDBPyConnection, Month], bool]
    """Whether what it has put outside is still there, as its rows of the month say."""


@dataclass(frozen=True, eq=False)
class Step:
    """How one or several tables are made; a step is equal to itself alone."""

    name: str
    tables: tuple[str, ...]
    reads: tuple[str, ...]
    per_profile: bool
    compute: Callable[[StepContext], Rows]
    description: str
    query: str | None = None
    lineage: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """`table.column` -> what it is made from, where that is not the column of the same name in an input: columns of
    inputs, `input.column`, or of tables, `schema.table.column`."""
    tell: Callable[[StepContext], None] | None = None
    """Called once the rows are written, to report of them."""
    reaches_outside: bool | Outside = False
    """Whether what is outside the warehouse decides its rows, or is written by it: it is run every time, unless it
    can tell that it need not be."""
    datasets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Table -> the datasets whose drops fill it, where its rows are those of drops and not of a month."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The queries that a Python step reads by, by name."""
    keeps: tuple[str, ...] = ()
    """Tables of the ledger that it alone reads and adds to, beside its own: what stands there outlives its rows."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """What a person may say to it in a run, by name, and what each is: the configuration of its assets in the UI."""
    may_lack: MayLack = "none"
    """Which of the tables that it reads of other layers than those of drops may not have been made for the month."""

    @property
    def layer(self) -> str:
        """Layer of the tables."""
        return self.tables[0].split(".")[0]

    @property
    def outside(self) -> Outside | None:
        """What it can tell of outside."""
        return self.reaches_outside if isinstance(self.reaches_outside, Outside) else None


def step(
    *,
    tables: Sequence[str],
    inputs: Sequence[str] = (),
    reads: Sequence[str] = (),
    per_profile: bool = False,
    lineage: Mapping[str, Sequence[str]] | None = None,
    reaches_outside: bool | Outside = False,
    keeps: Sequence[str] = (),
    may_lack: MayLack = "none",
) -> Callable[[Callable[[StepContext], Rows]], Step]:
    """Declare a Python step; its docstring is the description of its assets.

    It reads the tables that its `inputs` touch, which are files in `sql/<layer>/inputs/`, and the further tables named
    as `reads`, which it has short queries of its own for.
    """
    layer = tables[0].split(".")[0]
    queries = inputs_of(layer, inputs)
    # Which drop a month uses is no table of its own: it goes with the tables of drops.
    touched = {*reads, *tables_read(layer, queries) - {DROPS}} - set(tables)

    def declare(function: Callable[[StepContext], Rows]) -> Step:
        return Step(
            name=function.__name__,
            tables=tuple(tables),
            reads=tuple(table for table in declared_tables() if table in touched),
            inputs=queries,
            per_profile=per_profile,
            compute=function,
            description=inspect.getdoc(function) or "",
            lineage=lineage or {},
            reaches_outside=reaches_outside,
            keeps=tuple(keeps),
            may_lack=may_lack,
        )

    return declare


def sql_step(
    table: str,
    tell: Callable[[StepContext], None] | None = None,
    told_by: Sequence[str] = (),
    may_lack: MayLack = "none",
) -> Step:
    """The step of `sql/<layer>/<table>.sql`; it is per profile where its query names `$profile`.

    It declares the tables that its query touches. `tell` is called once the rows are written, to report of them
    by the inputs `told_by`, which touch no other tables.
    """
    layer, name = table.split(".")
    file = f"sql/{layer}/{name}.sql"
    query = (files("sql") / layer / f"{name}.sql").read_text(encoding="utf-8")
    known = declared_tables()
    if table not in known:
        raise ValueError(f"{file} has no table {table} in sql/schema/{layer}.sql")
    touched = tables_touched(query)
    if unknown := touched - set(known):
        raise ValueError(f"{file} reads {', '.join(sorted(unknown))}, which sql/schema does not declare")

    def compute(context: StepContext) -> Rows:
        return {table: Query(query, step_parameters(context.month, context.method))}

    reads = tuple(other for other in known if other != table and other in touched)
    return Step(
        name,
        (table,),
        reads,
        "$profile" in query,
        compute,
        known[table].description,
        query,
        tell=tell,
        inputs=inputs_of(layer, told_by),
        may_lack=may_lack,
    )


def step_parameters(month: Month, method: MethodProfile) -> dict[str, Any]:
    """What a step's queries may name: the month, its last day, the profile and its parameters."""
    return {
        "month": month.first_day,
        "month_end": month.last_day,
        "profile": method.name,
        "profile_fingerprint": method.fingerprint,
        **{name: list(value) if isinstance(value, tuple) else value for name, value in method.parameters().items()},
    }
