"""Running a step: what it makes is swapped in and checked in one transaction, or what is there already is taken over.

What belongs here: the order in which that happens. What does not: what a step is (`steps`), what its rows were made
from (`made_from`).
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
from assets.warehouse.litter import STEP
from assets.warehouse.made_from import is_made, set_made, step_fingerprint
from assets.warehouse.reading import Reading
from assets.warehouse.step_code import step_code
from assets.warehouse.steps import Report, Rows, Step, StepContext, step_parameters
from assets.work import Engine, Threads


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


def run_step(
    step: Step,
    warehouse: Warehouse,
    month: Month,
    profiles: Sequence[MethodProfile],
    making: frozenset[str] | None = None,
    accepting: Mapping[str, str] | None = None,
    engine: Engine | None = None,
    told: Mapping[str, str] | None = None,
) -> StepResult:
    """Compute a step, then swap its rows in and check them in one transaction, then do what was put off until then.

    `making` are the tables of the whole run, where it is known; `accepting` is what a person lets pass, and why;
    `engine` is what works where work is done item by item, else the warehouse's threads; `told` is what a person says
    to the step (`Step.asks`). A blocking check that fails rolls everything back and raises ChecksFailedError with the
    evidence; the tables stay as they were.
    """
    engine = engine or Threads(warehouse.threads)
    run = _Run(step, warehouse, month, profiles, making, accepting or {}, engine, told or {})
    with scratch_folder(warehouse.path.parent, STEP) as scratch:
        if step.query:
            # A query is computed where its rows are written: the file is opened once.
            with warehouse.transaction() as connection:
                fingerprint = step_fingerprint(connection, step, month, profiles)
                rows, outcomes = run.swapped(connection, run.computed(scratch), fingerprint)
            run.written()
            return run.result(rows, outcomes)
        # DuckDB opens a file once a process: while this connection is open, another read costs next to nothing.
        with run.reading.connect(read_only=True) as connection:
            fingerprint = step_fingerprint(connection, step, month, profiles)
            replacements = run.computed(scratch)
        with warehouse.transaction() as connection:
            rows, outcomes = run.swapped(connection, replacements, fingerprint)
        run.written()
    return run.result(rows, outcomes)


def would_make(step: Step, warehouse: Warehouse, month: Month, method: MethodProfile) -> dict[str, pl.DataFrame]:
    """What a Python step would make of a month with a profile, by table; the warehouse is read and stays as it is.

    Its rows are without `month` and `profile`, and only frames are told: a step that hands back files or queries is
    refused by a ValueError. Nothing that the step would do once its rows are written is done.
    """
    run = _Run(step, warehouse, month, [method], None, {}, Threads(warehouse.threads), {})
    with tempfile.TemporaryDirectory() as scratch, run.reading.connect(read_only=True):
        made = {replacement.table: replacement.rows for replacement in run.computed(Path(scratch))}
    frames = {table: rows for table, rows in made.items() if isinstance(rows, pl.DataFrame)}
    if others := made.keys() - frames.keys():
        raise ValueError(f"step {step.name} hands back no frames of {', '.join(sorted(others))}")
    return frames


def taken_over(
    connection: duckdb.DuckDBPyConnection, step: Step, month: Month, profiles: Sequence[MethodProfile]
) -> StepResult | None:
    """What a run of the step would do that finds its rows there, made from the same (`made_from`): check them, nothing
    else. None where they are not there, were made from something else, or break a blocking check by now.
    """
    started = time.monotonic()
    fingerprint = step_fingerprint(connection, step, month, profiles)
    if fingerprint is None or not is_made(connection, step, month, fingerprint):
        return None
    outcomes = _checked(connection, step, month, profiles)
    if blocking_failures(outcomes):
        return None
    return StepResult(step, {}, outcomes, {}, time.monotonic() - started, _peak_memory_mb(), is_taken_over=True)


@dataclass
class _Run:
    """One run of a step."""

    step: Step
    warehouse: Warehouse
    month: Month
    profiles: Sequence[MethodProfile]
    making: frozenset[str] | None
    accepting: Mapping[str, str]
    engine: Engine
    told: Mapping[str, str]
    reports: dict[str, Report] = field(default_factory=dict)
    contexts: list[StepContext] = field(default_factory=list)
    to_do: list[Callable[[], None]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    @property
    def reading(self) -> Warehouse:
        return self.warehouse if self.step.query else self.warehouse.beside_methods()

    def computed(self, scratch: Path) -> list[Replacement]:
        """What each profile's call of the step gives for its tables."""
        step = self.step
        allowed = Reading(self.reading, f"{step.layer}.{step.name}", (*step.tables, *step.keeps), step.reads)
        replacements: list[Replacement] = []
        for method in _methods(step, self.profiles):
            folder = scratch / method.name
            folder.mkdir()
            context = StepContext(
                allowed,
                self.month,
                method,
                self.reports.setdefault(method.name if step.per_profile else "", Report()),
                folder,
                self.making,
                self.profiles,
                self.accepting,
                self.told,
                self.to_do,
                step.inputs,
                step_code(step),
                self.engine,
            )
            self.contexts.append(context)
            replacements += _replacements(step, step.compute(context), self.month, method)
        for replacement in replacements:
            if isinstance(replacement.rows, Query):
                allowed.allow(replacement.rows.sql)
        return replacements

    def swapped(
        self, connection: duckdb.DuckDBPyConnection, replacements: Sequence[Replacement], fingerprint: str | None
    ) -> tuple[dict[str, int], list[CheckOutcome]]:
        """The rows written a table and what the checks say of them, in the transaction that writes them.

        Raises ChecksFailedError where a blocking check fails.
        """
        rows = replace(connection, replacements)
        outcomes = _checked(connection, self.step, self.month, self.profiles)
        if blocking_failures(outcomes):
            raise ChecksFailedError(outcomes)
        if fingerprint:
            set_made(connection, self.step.tables, self.month, fingerprint)
        return rows, outcomes

    def written(self) -> None:
        """Do what waited for the rows to be there, and tell of them."""
        for action in self.to_do:
            action()
        if self.step.tell:
            with self.reading.connect(read_only=True):
                for context in self.contexts:
                    self.step.tell(context)

    def result(self, rows: dict[str, int], outcomes: list[CheckOutcome]) -> StepResult:
        seconds = time.monotonic() - self.started
        return StepResult(self.step, rows, outcomes, self.reports, seconds, _peak_memory_mb())


def _methods(step: Step, profiles: Sequence[MethodProfile]) -> list[MethodProfile]:
    """What a step is called with, once each."""
    return list(profiles) if step.per_profile else [shared_method(profiles)]


def _checked(
    connection: duckdb.DuckDBPyConnection, step: Step, month: Month, profiles: Sequence[MethodProfile]
) -> list[CheckOutcome]:
    names = [method.name for method in _methods(step, profiles)]
    return run_checks(connection, step.tables, step_parameters(month, shared_method(profiles)), names)


def _peak_memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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
