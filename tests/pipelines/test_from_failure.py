"""A run that failed, executed again from failure: only what failed, and what comes after it, is made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.months import Month
from assets.warehouse.backfills import BACKFILL_TAG, PARTITION_TAG
from assets.warehouse.dagster_assets import MethodResource, WarehouseResource, asset_of
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import Rows, StepContext, step
from tests.support import MONTH, copy_home, fill

FOLDER = "STAND_IN_FOLDER"
"""The variable of the environment that says where the stand-in's files are."""
NEXT = MONTH.plus(1)


@step(tables=["network.participations"], reads=["sources.innovate_uk"], reaches_outside=True)
def participations(context: StepContext) -> Rows:
    """Always one application of two organisations, made whenever it is asked for."""
    rows = {"application_id": ["a", "a"], "organisation_id": ["o", "p"], "partners": [2, 2]}
    return {"network.participations": pl.DataFrame(rows)}


@step(tables=["network.edges"], reads=["network.participations"])
def edges(context: StepContext) -> Rows:
    """The one edge between the two, and a failure for as long as a file says so of the month."""
    if (Path(os.environ[FOLDER]) / f"{context.month} fails").exists():
        raise ValueError("it is to fail")
    rows = {"organisation_a": ["o"], "organisation_b": ["p"], "weight": [1.0], "joint_projects": [1]}
    return {"network.edges": pl.DataFrame(rows)}


def month_job() -> dg.JobDefinition:
    """A job of two steps, as Dagster makes it anew where it executes a run."""
    folder = Path(os.environ[FOLDER])
    return dg.Definitions(
        assets=[asset_of(participations), asset_of(edges)],
        jobs=[dg.define_asset_job("month")],
        resources={
            "warehouse": WarehouseResource(path=str(folder / "warehouse.duckdb")),
            "method": MethodResource(profiles=["one"], folder=str(folder)),
        },
        executor=dg.in_process_executor,
    ).resolve_job_def("month")


@pytest.fixture
def instance(
    warehouse: Warehouse, empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    """A real instance beside a warehouse in which two months use a drop, and the first of them is to fail."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    (tmp_path / "one.toml").write_text("name = 'one'")
    (tmp_path / f"{MONTH} fails").touch()
    of_drop = {"dataset": "innovate_uk", "path": "a.csv", "sha256": "0", "bytes": 1, "rows_read": 1, "rows_rejected": 0}
    fill(warehouse, "sources.drops", [{**of_drop, "month": month.first_day} for month in (MONTH, NEXT)])
    with dg.DagsterInstance.from_config(str(copy_home(empty_home, tmp_path / "home"))) as opened:
        yield opened


def run(instance: dg.DagsterInstance, month: Month, again: str | None = None) -> tuple[str, bool, set[str], str]:
    """Run the job for a month, in a backfill, or again from the failure of a run and then in none, as Dagster does.

    Returns the run's id, whether it succeeded, the steps that it started and why any failed.
    """
    tags = {PARTITION_TAG: str(month)} | ({} if again else {BACKFILL_TAG: "b"})
    options = dg.ReexecutionOptions.from_failure(again, instance) if again else None
    job = dg.reconstructable(month_job)
    with dg.execute_job(job, instance, tags=tags, raise_on_error=False, reexecution_options=options) as result:
        started = {str(event.step_key) for event in result.all_events if event.event_type_value == "STEP_START"}
        reasons = [event.step_failure_data.user_failure_data for event in result.get_step_failure_events()]
    said = " ".join(str(reason.description) for reason in reasons if reason)
    return result.run_id, result.success, started, said


def test_from_failure_makes_only_what_failed_and_keeps_the_order_of_the_backfill(
    instance: dg.DagsterInstance, tmp_path: Path
):
    failed, is_made, _, said = run(instance, MONTH)
    assert (is_made, said) == (False, "it is to fail")
    refused, is_made, _, said = run(instance, NEXT)
    assert f"{NEXT} is not made: {MONTH} comes before it in the same backfill" in said
    _, is_made, _, said = run(instance, NEXT, again=refused)
    assert f"{NEXT} is not made: {MONTH} comes before it" in said, "it is of no backfill, but what it executes again is"
    (tmp_path / f"{MONTH} fails").unlink()
    _, is_made, started, _ = run(instance, MONTH, again=failed)
    assert (is_made, started) == (True, {"network__edges"})
    latest = instance.get_latest_materialization_event(dg.AssetKey(["network", "participations"]))
    assert latest is not None
    assert latest.run_id == failed
    _, is_made, started, _ = run(instance, NEXT, again=refused)
    assert (is_made, started) == (True, {"network__participations", "network__edges"})
