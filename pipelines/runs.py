"""Running the monthly job from this process, on a real Dagster instance, with progress to watch."""

from __future__ import annotations

import difflib
import functools
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import dagster as dg

from assets.months import Month, unmakeable
from assets.sources.needs import INDEX_LAYER
from assets.warehouse.dagster_assets import ACCEPT_TAG, ANEW_TAG, MADE_BY, POOL, asset_key
from assets.warehouse.database import WAITS
from assets.warehouse.declarations import declared_tables
from assets.warehouse.live_runs import alive
from assets.warehouse.reading import DROPS as DROPS_TABLE
from assets.warehouse.turns import turn
from pipelines.alerting.telling import look_after
from pipelines.causes import first_cause, is_interruption
from pipelines.code_location import Belonging, job_origin, tags_of
from pipelines.dagster_home import dagster_home, of_message, opened
from pipelines.definitions import build_defs
from pipelines.jobs import FETCHING, MADE, monthly_refresh
from pipelines.live_runs import end_dead_runs
from pipelines.settings import Settings

Progress = Callable[[str, int, int], None]
"""Called with the step under way, the steps done and all steps."""

Tell = Callable[[str], None]
"""Called with a sentence that is not to wait for the end."""

QUIET_CONSOLE = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""The instance keeps every event; the console is for the progress display."""

OPERATORS = {"and", "or", "not"}
"""Of Dagster's selection syntax."""
DROPS = ("sources", "reference")
"""The layers that the step which takes drops in makes."""


@dataclass(frozen=True)
class RunOutcome:
    """How a month's run ended."""

    month: Month
    run_id: str
    succeeded: bool
    seconds: float
    problems: list[str]
    """What failed, in words; warnings of checks are in `warnings`."""
    warnings: list[str]
    taken_over: int
    """Steps whose rows were there, made from the same."""
    is_interrupted: bool = False
    """Whether a person ended it, by Ctrl-C or a signal."""


def selected_keys(select: str | None, definitions: dg.Definitions) -> set[dg.AssetKey]:
    """The assets of a selection: layers and tables by name, with commas or spaces between, or Dagster's own selection
    syntax; all assets where None.

    The Index's layer brings along the drops it is made from, and a table those that are made with it. What is upstream
    or downstream of a table (`+`) is so of those too. Raises ValueError for a selection that cannot be read or names
    nothing.
    """
    if not select:
        return set(MADE.resolve(definitions.resolve_asset_graph()))
    graph = _of_whole_steps(definitions).resolve_asset_graph()
    words = select.replace(",", " ").split()
    is_names = words and all(re.fullmatch(r"[\w./]+", word) and word not in OPERATORS for word in words)
    try:
        selection = _named(words) if is_names else dg.AssetSelection.from_string(select)
        # What is upstream of a table brings its fetching along in the graph; a refresh takes drops as they lie there.
        keys = (selection.required_multi_asset_neighbors() - FETCHING).resolve(graph)
    except dg.DagsterError as error:
        raise ValueError(f"the selection {select!r} cannot be read: {error}") from error
    if not keys:
        raise ValueError(f"the selection {select!r} names no asset")
    return set(keys)


def takes_drops_in(settings: Settings, select: str | None) -> bool:
    """Whether a run of a selection takes drops in. Raises ValueError as `selected_keys` does."""
    return asset_key(DROPS_TABLE) in selected_keys(select, _definitions(settings, Path.cwd()))


def _of_whole_steps(definitions: dg.Definitions) -> dg.Definitions:
    """The assets, each with the upstream of all that its step makes: a step runs whole, and needs its inputs whole."""
    assets = []
    for made in definitions.assets or []:
        if isinstance(made, dg.AssetsDefinition):
            upstream = sorted({dep.asset_key for spec in made.specs for dep in spec.deps})
            assets.append(made.map_asset_specs(partial(_with_upstream, upstream)))
    return dg.Definitions(assets=assets, resources=definitions.resources)


def _with_upstream(upstream: Sequence[dg.AssetKey], spec: dg.AssetSpec) -> dg.AssetSpec:
    return spec.replace_attributes(deps=[*upstream])


def _named(words: Sequence[str]) -> dg.AssetSelection:
    """Layers and tables (`spatial`, `spatial.groups` or `spatial/groups`)."""
    tables = {table.name: table.layer for table in declared_tables().values()}
    layers = {*tables.values()}
    selection: dg.AssetSelection = dg.AssetSelection.keys()
    for word in words:
        name = word.replace("/", ".")
        if name not in layers and name not in tables:
            near = [table for table in tables if table.endswith(f".{name}")]
            near = near or difflib.get_close_matches(name, [*sorted(layers), *tables], 1)
            meant = f"do you mean {near[0]}?" if near else f"layers are {', '.join(sorted(layers))}"
            raise ValueError(f"there is no layer or table {word!r} to select: {meant}")
        if name in tables:
            selection |= dg.AssetSelection.assets(asset_key(name))
        else:
            selection |= dg.AssetSelection.groups(name, *(DROPS if name == INDEX_LAYER else ()))
    return selection


def run_month(
    settings: Settings,
    month: Month,
    select: str | None = None,
    progress: Progress | None = None,
    *,
    anew: bool = False,
    accepting: Mapping[str, str] | None = None,
    tell: Tell | None = None,
    told: Mapping[str, Mapping[str, str]] | None = None,
) -> RunOutcome:
    """Materialise a month; `anew`, also what stands there made from the same. `accepting` is what a person lets pass of
    its drops (`dataset:column`), and why; `told` is what a person says to a step, by its op.

    It waits for a run that makes another month of the warehouse. It stands in the instance like any other; raises
    nothing for a run that fails, ValueError for a month that cannot be made, a selection that names nothing and a
    history that cannot be written.
    """
    started = time.monotonic()
    if problem := unmakeable(month, settings.first_month):
        raise ValueError(problem)
    definitions = _definitions(settings, Path.cwd())
    keys = selected_keys(select, definitions)
    job = definitions.resolve_job_def(monthly_refresh.name)
    run_id, origin = str(uuid.uuid4()), job_origin(job.name)
    home = dagster_home(settings)
    with turn(settings.warehouse, f"run {run_id} of {month}", tell or _nobody), opened(home) as instance:
        instance.add_event_listener(run_id, Belonging(instance, origin))
        for ended in end_dead_runs(instance, home):
            if tell:
                tell(ended)
        if tell:
            instance.add_event_listener(run_id, _Waiter(tell, instance))
        if progress:
            instance.add_event_listener(run_id, _Watcher(progress, _steps(definitions, keys)))
        with alive(home, run_id):
            result = job.execute_in_process(
                run_config=_run_config(told or {}),
                instance=instance,
                partition_key=str(month),
                asset_selection=sorted(keys),
                raise_on_error=False,
                run_id=run_id,
                tags={**_tags(anew, accepting), **tags_of(origin)},
            )
        look_after(instance, settings, time.time() - (time.monotonic() - started), tell)
        failures = [event for event in result.all_events if event.is_step_failure]
        problems = [_reason(event, home) for event in failures]
        evaluations = [event for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
        taken_over = {event.step_key for event in result.all_events if _is_taken_over(event)}
    seconds, warnings = time.monotonic() - started, [*_warnings(evaluations)]
    is_interrupted = any(is_interruption(event) for event in failures)
    return RunOutcome(month, run_id, result.success, seconds, problems, warnings, len(taken_over), is_interrupted)


@functools.lru_cache(maxsize=1)
def _definitions(settings: Settings, folder: Path) -> dg.Definitions:
    """The code location, made once for all months of a backfill; the folder is where relative paths begin."""
    return build_defs(settings)


def _steps(definitions: dg.Definitions, keys: set[dg.AssetKey]) -> int:
    """How many steps make the assets."""
    return sum(1 for asset in definitions.assets or [] if isinstance(asset, dg.AssetsDefinition) and asset.keys & keys)


def _tags(anew: bool, accepting: Mapping[str, str] | None) -> dict[str, str]:
    """What a run's steps are told of how to make their rows."""
    accepted = {ACCEPT_TAG: json.dumps(dict(accepting))} if accepting else {}
    return {ANEW_TAG: "true", **accepted} if anew else accepted


def _run_config(told: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    """The console quiet, and what a person says to steps."""
    return {**QUIET_CONSOLE, "ops": {op: {"config": dict(given)} for op, given in told.items()}}


def _nobody(sentence: str) -> None:
    """Where nobody is to be told."""


class _Watcher:
    """Tells a progress callback of the steps that an instance's events name."""

    def __init__(self, progress: Progress, steps: int) -> None:
        self.progress = progress
        self.steps = steps
        self.done = 0

    def __call__(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            return
        if event.event_type_value == "STEP_START":
            self.progress(_name(event), self.done, self.steps)
        elif event.event_type_value in ("STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"):
            self.done += 1
            self.progress(_name(event), self.done, self.steps)


class _Waiter:
    """Tells whom a step waits for that may not write the warehouse yet."""

    def __init__(self, tell: Tell, instance: dg.DagsterInstance) -> None:
        self.tell = tell
        self.instance = instance

    def __call__(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None and entry.user_message.startswith(WAITS):
            self.tell(f"{str(entry.step_key).replace('__', '.')} {entry.user_message}")
        if event is None or not event.is_engine_event or "pool" not in event.engine_event_data.metadata:
            return
        slots = self.instance.event_log_storage.get_concurrency_info(POOL).claimed_slots
        writers = " and ".join(f"run {slot.run_id}" for slot in slots) or "another run"
        self.tell(f"{_name(event)} waits for {writers}, which writes the warehouse")


def _is_taken_over(event: dg.DagsterEvent) -> bool:
    if event.event_type != dg.DagsterEventType.ASSET_MATERIALIZATION:
        return False
    return MADE_BY in event.step_materialization_data.materialization.metadata


def _name(event: dg.DagsterEvent) -> str:
    """Layer and name of the step that an event is of."""
    return str(event.step_key).replace("__", ".")


def _reason(event: dg.DagsterEvent, home: Path) -> str:
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return f"{_name(event)}: {data.user_failure_data.description}"
    error = first_cause(event)
    if is_interruption(event):
        return f"{_name(event)}: interrupted; what was made before stays, and the next refresh takes it over"
    message = error.message.strip() if error else "failed"
    return f"{_name(event)}: {of_message(home, message) or message}"


def _warnings(evaluations: list[dg.DagsterEvent]) -> Iterator[str]:
    for event in evaluations:
        check = event.asset_check_evaluation_data
        if not check.passed and check.severity == dg.AssetCheckSeverity.WARN:
            yield f"{check.asset_key.to_user_string()}: {check.check_name}: {check.description}"
