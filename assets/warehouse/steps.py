"""Steps: the few lines between a method and its tables. Dagster-free; `dagster_assets` makes assets of them.

A Python step is a function of a `StepContext` that returns a frame for each table it declares. A SQL step is a file
`sql/<layer>/<table>.sql`. Both leave out `month`, `profile` and `profile_fingerprint`: running the step adds them.
Step functions hold no method: they read, call a pure function, and hand its frames back.
"""

from __future__ import annotations

import inspect
import os
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from assets.method import MethodProfile, shared_method
from assets.months import Month
from assets.scratch import scratch_folder
from assets.warehouse.checks import CheckOutcome, ChecksFailedError, blocking_failures, run_checks
from assets.warehouse.database import Query, Replacement, Warehouse, replace
from assets.warehouse.declarations import declared_tables
from assets.warehouse.inputs import inputs_of, tables_read
from assets.warehouse.litter import STEP
from assets.warehouse.made_from import is_made, set_made, step_fingerprint
from assets.warehouse.reading import DROPS, Reading
from assets.warehouse.step_code import step_code
from assets.warehouse.touched import tables_touched

Rows = Mapping[str, "pl.DataFrame | Path | Query"] | Sequence[Replacement]
"""What every table of the step gets; or, where the month is not the scope, the replacements."""


@dataclass
class Report:
    """What a step tells the person who looks at its asset."""

    figures: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

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
    to_do: list[Callable[[], None]] = field(default_factory=list)
    inputs: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    """The digest of the step's code: what other code has made is not this step's."""

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
class Step:
    """How one or several tables are made."""

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
    reaches_outside: bool = False
    """Whether what is outside the warehouse decides its rows, or is written by it: it is run every time."""
    datasets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Table -> the datasets whose drops fill it, where its rows are those of drops and not of a month."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The queries that a Python step reads by, by name."""
    keeps: tuple[str, ...] = ()
    """Tables of the ledger that it alone reads and adds to, beside its own: what stands there outlives its rows."""

    @property
    def layer(self) -> str:
        """Layer of the tables."""
        return self.tables[0].split(".")[0]


@dataclass
class StepResult:
    """What a run of a step did."""

    step: Step
    rows: dict[str, int]
    checks: list[CheckOutcome]
    reports: dict[str, Report]
    """By profile; the key is empty for a step that all profiles share."""
    seconds: float
    peak_memory_mb: float
    is_taken_over: bool = False
    """Whether the rows are those of an earlier run from the same inputs."""


def step(
    *,
    tables: Sequence[str],
    inputs: Sequence[str] = (),
    reads: Sequence[str] = (),
    per_profile: bool = False,
    lineage: Mapping[str, Sequence[str]] | None = None,
    reaches_outside: bool = False,
    keeps: Sequence[str] = (),
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
        )

    return declare


def sql_step(table: str, tell: Callable[[StepContext], None] | None = None, told_by: Sequence[str] = ()) -> Step:
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


def run_step(
    step: Step,
    warehouse: Warehouse,
    month: Month,
    profiles: Sequence[MethodProfile],
    making: frozenset[str] | None = None,
    may_take_over: bool = False,
    accepting: Mapping[str, str] | None = None,
) -> StepResult:
    """Compute a step, then swap its rows in and check them in one transaction, then do what was put off until then.

    `making` are the tables of the whole run, where it is known; `accepting` is what a person lets pass, and why. Where
    the rows are there already, made from the same (`made_from`), and it may be, they are taken over: checked and
    nothing else. A blocking check that fails rolls everything back and raises ChecksFailedError with the evidence; the
    tables stay as they were.
    """
    started = time.monotonic()
    shared = shared_method(profiles)
    methods = list(profiles) if step.per_profile else [shared]

    def checked(connection: duckdb.DuckDBPyConnection) -> list[CheckOutcome]:
        names = [method.name for method in methods]
        return run_checks(connection, step.tables, step_parameters(month, shared), names)

    def result(rows: dict[str, int], outcomes: list[CheckOutcome], is_taken_over: bool) -> StepResult:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return StepResult(step, rows, outcomes, reports, time.monotonic() - started, peak, is_taken_over)

    reports: dict[str, Report] = {}
    replacements: list[Replacement] = []
    to_do: list[Callable[[], None]] = []
    contexts: list[StepContext] = []
    reading = warehouse if step.query else warehouse.beside_methods()
    allowed = Reading(reading, f"{step.layer}.{step.name}", (*step.tables, *step.keeps), step.reads)
    with scratch_folder(warehouse.path.parent, STEP) as scratch:
        # DuckDB opens a file once a process: while this connection is open, another read costs next to nothing.
        with reading.connect(read_only=True) as connection:
            fingerprint = step_fingerprint(connection, step, month, profiles)
            if may_take_over and fingerprint and is_made(connection, step.tables, month, fingerprint):
                outcomes = checked(connection)
                if not blocking_failures(outcomes):
                    return result({}, outcomes, is_taken_over=True)
            for method in methods:
                folder = scratch / method.name
                folder.mkdir()
                report = reports.setdefault(method.name if step.per_profile else "", Report())
                context = StepContext(
                    allowed,
                    month,
                    method,
                    report,
                    folder,
                    making,
                    profiles,
                    accepting or {},
                    to_do,
                    step.inputs,
                    step_code(step),
                )
                contexts.append(context)
                replacements += _replacements(step, step.compute(context), month, method)
        for replacement in replacements:
            if isinstance(replacement.rows, Query):
                allowed.allow(replacement.rows.sql)
        with warehouse.transaction() as connection:
            rows = replace(connection, replacements)
            outcomes = checked(connection)
            if blocking_failures(outcomes):
                raise ChecksFailedError(outcomes)
            if fingerprint:
                set_made(connection, step.tables, month, fingerprint)
        for action in to_do:
            action()
        if step.tell:
            with reading.connect(read_only=True):
                for context in contexts:
                    step.tell(context)
    return result(rows, outcomes, is_taken_over=False)


def _replacements(step: Step, made: Rows, month: Month, method: MethodProfile) -> list[Replacement]:
    if not isinstance(made, Mapping):
        return list(made)
    if set(made) != set(step.tables):
        raise ValueError(f"step {step.name} declares {sorted(step.tables)} but made {sorted(made)}")
    return [_replacement(step, table, made[table], month, method) for table in step.tables]


def _replacement(
    step: Step, table: str, rows: pl.DataFrame | Path | Query, month: Month, method: MethodProfile
) -> Replacement:
    scope: dict[str, Any] = {"month": month.first_day}
    fingerprint = method.shared_fingerprint
    if step.per_profile:
        scope["profile"] = method.name
        fingerprint = method.fingerprint
    declared = {column.name for column in declared_tables()[table].columns}
    fills = {"profile_fingerprint": fingerprint} if "profile_fingerprint" in declared else {}
    return Replacement(table, scope, rows, fills)
