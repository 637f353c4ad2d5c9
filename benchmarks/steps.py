"""Where the seconds of a refresh went: read back from the events that the run left in its Dagster instance.

What belongs here: steps with their seconds and rows. What does not: running them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from benchmarks.processes import Measured
from pipelines.held_storage import instance_of

EVENTS = {
    dg.DagsterEventType.STEP_START,
    dg.DagsterEventType.STEP_SUCCESS,
    dg.DagsterEventType.ASSET_MATERIALIZATION,
}
FETCHED = re.compile(r"^(\w+): .* fetched in ([\d.]+) s", re.MULTILINE)
"""What `fetch` says of a dataset that has come."""


@dataclass(frozen=True)
class StepFigures:
    """One step of a run."""

    layer: str
    step: str
    seconds: float
    """From its start to its end, what Dagster does around it included."""
    rows: int
    """Written, over all its tables."""
    cpu_seconds: float | None = None
    peak_memory_mb: float | None = None
    """MiB, of the whole process tree while the step ran."""


def read_steps(home: Path, measured: Measured) -> list[StepFigures]:
    """The steps of the last run in an instance, in the order they ran, with the tree's CPU and memory meanwhile."""
    with instance_of(home) as instance:
        run = next(iter(instance.get_runs(limit=1)), None)
        entries = instance.all_logs(run.run_id, of_type=EVENTS) if run else []
    started: dict[str, float] = {}
    ended: dict[str, float] = {}
    rows: dict[str, int] = {}
    for entry in entries:
        event = entry.get_dagster_event()
        key = str(event.step_key)
        if event.event_type == dg.DagsterEventType.STEP_START:
            started[key] = entry.timestamp
        elif event.event_type == dg.DagsterEventType.STEP_SUCCESS:
            ended[key] = entry.timestamp
        else:
            told = event.step_materialization_data.materialization.metadata
            # A month's rows are written whole; of a table of drops it is told how many were.
            count = told.get("rows written") or told["dagster/partition_row_count"]
            rows[key] = rows.get(key, 0) + int(str(count.value))
    figures = []
    for key, start in started.items():
        if key in ended:
            layer, _, step = key.partition("__")
            cpu, peak = measured.between(start, ended[key])
            figures.append(StepFigures(layer, step, ended[key] - start, rows.get(key, 0), cpu, peak))
    return figures


def read_fetches(said: str) -> list[StepFigures]:
    """The datasets that a fetch brought, in the order in which they came, from what it says."""
    return [StepFigures("fetch", dataset, float(seconds), 0) for dataset, seconds in FETCHED.findall(said)]
