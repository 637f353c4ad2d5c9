"""What is told of runs, the clock, disks and ticks of a real instance, to a real listener."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, TickData, TickStatus
from dagster_shared.error import SerializableErrorInfo

from assets.disk import DiskFullError
from assets.method import RefreshMethod
from assets.months import Month
from assets.publication.folder import put, waiting_folder
from assets.sources.problems import DropError, DropsRefusedError, Problem
from pipelines.alerting.of_state import of_clock
from pipelines.alerting.setting import Alerts
from pipelines.alerting.telling import Look, look, tell_backup_failed
from pipelines.due import due_month
from pipelines.settings import Settings
from tests.pipelines.alerting.listeners import Hooks, hooks
from tests.support import copy_home

LONG_AGO = time.time() - 3600
MONTH = dg.StaticPartitionsDefinition(["2025-05"])
REFUSED = DropsRefusedError([DropError(Problem("idbr/2025.csv", "turnover 4711 of Acme", "less", "mend it", row=7))])


@pytest.fixture
def told() -> Iterator[Hooks]:
    with hooks() as listening:
        yield listening


@pytest.fixture
def settings(tmp_path: Path, told: Hooks) -> Settings:
    (tmp_path / "publication").mkdir()
    made = Settings(
        warehouse=str(tmp_path / "warehouse.duckdb"),
        publication=str(tmp_path / "publication"),
        alerts=Alerts(
            addresses=(f"json://127.0.0.1:{told.port}",), free_disk_bytes=0, ui_address="https://clusters.example"
        ),
    )
    shown(made)
    return made


def shown(settings: Settings) -> Month:
    """Publish the month that is due, as far as anyone sees from outside."""
    month = due_month(RefreshMethod(), datetime.now(UTC))
    (Path(settings.publication) / str(month)).mkdir()
    (Path(settings.publication) / str(month) / "datapackage.json").touch()
    (Path(settings.publication) / str(month) / "index.html").touch()
    return month


@pytest.fixture
def instance(empty_home: Path, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(copy_home(empty_home, tmp_path / "dagster_home"))) as made:
        yield made


def run(instance: dg.DagsterInstance, error: BaseException | None = None, warns: bool = False, rows: int = 3) -> str:
    """A run that made a table of May 2025, or failed at it."""

    @dg.asset(
        key=["spatial", "groups"],
        partitions_def=MONTH,
        check_specs=[dg.AssetCheckSpec(name, asset=["spatial", "groups"]) for name in ("holds", "few_are_left_out")],
    )
    def groups() -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        if isinstance(error, ValueError):
            raise dg.Failure(str(error), allow_retries=False) from error
        if error is not None:
            raise error
        yield dg.AssetCheckResult(passed=True, check_name="holds")
        yield dg.AssetCheckResult(
            passed=not warns,
            check_name="few_are_left_out",
            severity=dg.AssetCheckSeverity.WARN,
            description="It does not hold for: Acme, turnover 4711.",
            metadata={"failing rows": rows},
        )
        yield dg.MaterializeResult()

    return dg.materialize([groups], instance=instance, partition_key="2025-05", raise_on_error=False).run_id


def test_a_failed_run_is_told_once_with_step_month_run_and_link_and_no_value_of_a_drop(
    instance: dg.DagsterInstance, settings: Settings, told: Hooks
):
    run_id = run(instance, REFUSED)
    first = look(instance, settings, LONG_AGO)
    assert (len(first.new), first.delivered, first.problems) == (1, 1, ())
    assert look(instance, settings) == Look((), 0, ())
    (body,) = told.bodies
    assert body["title"].startswith("Innovation clusters: 2025-05 was not made")
    assert "- step spatial.groups: nothing was written, 1 drop is refused\n" in body["message"]
    assert f"run: {run_id}\nlook: https://clusters.example/runs/{run_id}" in body["message"]
    assert "4711" not in body["message"] and "Acme" not in body["message"]
    second = run(instance, REFUSED)
    with_details = replace(settings, alerts=replace(settings.alerts, tells_details=True))
    assert look(instance, with_details).delivered == 1
    assert "4711" in told.bodies[1]["message"] and second in told.bodies[1]["message"]


def test_words_without_values_are_told_and_other_errors_by_their_kind(
    instance: dg.DagsterInstance, settings: Settings, told: Hooks, tmp_path: Path
):
    look(instance, settings, LONG_AGO)
    for error, words in (
        (DiskFullError(tmp_path), f"- step spatial.groups: the disk of {tmp_path} is full: "),
        (RuntimeError("Acme has 4711"), "- step spatial.groups: RuntimeError\n"),
    ):
        run(instance, error)
        look(instance, settings)
        assert words in told.bodies[-1]["message"]
        assert "Acme" not in told.bodies[-1]["message"]


def test_what_a_person_ended_and_what_is_well_is_not_told(
    instance: dg.DagsterInstance, settings: Settings, told: Hooks
):
    look(instance, settings, LONG_AGO)
    run(instance)
    run(instance, KeyboardInterrupt())
    assert look(instance, settings) == Look((), 0, ())
    assert told.posts == []


def test_a_runs_checks_are_one_message_told_anew_only_where_they_differ(
    instance: dg.DagsterInstance, settings: Settings, told: Hooks
):
    look(instance, settings, LONG_AGO)
    run(instance, warns=True)
    run(instance, warns=True)
    look(instance, settings)
    (body,) = told.bodies
    assert body["title"].startswith("Innovation clusters: 2025-05 was made, and 1 check warns")
    assert "- warning few_are_left_out of spatial/groups: 3 rows\n" in body["message"]
    assert body["type"] == "warning"
    assert "4711" not in body["message"]
    run(instance, warns=True, rows=4)
    look(instance, settings)
    assert "4 rows" in told.bodies[1]["message"]


def test_what_was_before_alerts_were_turned_on_is_not_told(
    instance: dg.DagsterInstance, settings: Settings, told: Hooks
):
    run(instance, REFUSED)
    assert look(instance, settings, time.time() + 600) == Look((), 0, ())
    assert told.posts == []


def test_a_run_whose_process_was_killed_is_told(instance: dg.DagsterInstance, settings: Settings, told: Hooks):
    look(instance, settings, LONG_AGO)
    started = instance.create_run_for_job(dg.JobDefinition(name="monthly_refresh", graph_def=dg.GraphDefinition("g")))
    instance.report_run_failed(started, "Marked as failed: its process ended without a word.")
    look(instance, settings)
    (body,) = told.bodies
    assert "- no step failed: Marked as failed: its process ended without a word." in body["message"]


def test_a_month_that_is_late_is_told_once(instance: dg.DagsterInstance, settings: Settings, told: Hooks):
    month = due_month(RefreshMethod(), datetime.now(UTC))
    assert look(instance, settings).new == ()
    shutil.rmtree(Path(settings.publication) / str(month))
    assert look(instance, settings).new == (f"Innovation clusters: {month} is late",)
    assert look(instance, settings).new == ()
    assert "13 days after its refresh was due (day 6 of the month after, 5:00 London time)" in told.bodies[0]["message"]
    assert "look: https://clusters.example/runs\n" in told.bodies[0]["message"]
    on_time = datetime(2025, 6, 19, 3, 59, tzinfo=UTC)
    assert [message.key for message in of_clock(settings, RefreshMethod(), on_time)] == ["late:2025-04"]
    later = on_time.replace(hour=4)
    assert [message.key for message in of_clock(settings, RefreshMethod(), later)] == ["late:2025-05"]
    assert [*of_clock(replace(settings, first_month=Month(2025, 6)), RefreshMethod(), later)] == []


def test_a_month_that_waits_for_approval_is_told_once_for_its_rows(
    instance: dg.DagsterInstance, settings: Settings, told: Hooks
):
    for content in (b"A", b"A", b"B"):
        put(waiting_folder(Path(settings.publication)), Month(2025, 5), {"index.html": content}).show()
        look(instance, settings)
    assert [body["title"] for body in told.bodies] == ["Innovation clusters: 2025-05 waits for approval"] * 2
    assert "approve it with `innovation-clusters approve --month 2025-05`" in told.bodies[0]["message"]
    month = due_month(RefreshMethod(), datetime.now(UTC))
    shutil.rmtree(Path(settings.publication) / str(month))
    put(waiting_folder(Path(settings.publication)), month, {"index.html": b""}).show()
    (late,) = of_clock(settings, RefreshMethod(), datetime.now(UTC))
    assert late.lines[1].startswith("It is made and waits for approval: look at ")


def test_a_disk_that_is_nearly_full_is_told_once_for_all_that_lies_on_it(
    instance: dg.DagsterInstance, settings: Settings, told: Hooks
):
    greedy = replace(settings, alerts=replace(settings.alerts, free_disk_bytes=10**18))
    assert len(look(instance, greedy).new) == len(look(instance, settings).new) + 1 == 1
    assert look(instance, greedy).new == ()
    (body,) = told.bodies
    assert body["title"].startswith("Innovation clusters: a disk is nearly full")
    assert "less than 1000000 TB" in body["message"]
    assert f"{settings.publication} " in body["message"]


def test_a_sensor_that_fails_is_told_once(instance: dg.DagsterInstance, settings: Settings, told: Hooks):
    look(instance, settings, LONG_AGO)
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "repository")
    origin = RemoteInstigatorOrigin(repository, "new_drop")
    state = instance.add_instigator_state(InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING))
    for _ in range(2):
        instance.create_tick(
            TickData(
                state.instigator_origin_id,
                "new_drop",
                InstigatorType.SENSOR,
                TickStatus.FAILURE,
                time.time() + 1,
                selector_id=state.selector_id,
                error=SerializableErrorInfo("Acme has 4711", [], "PermissionError"),
            )
        )
        look(instance, settings)
    (body,) = told.bodies
    assert body["title"] == "Innovation clusters: the sensor new_drop fails"
    assert "(PermissionError)" in body["message"] and "Acme" not in body["message"]


def test_a_backup_that_failed_is_told_once_a_day(instance: dg.DagsterInstance, settings: Settings, told: Hooks):
    assert tell_backup_failed(instance, settings, "the disk of /backup is full").delivered == 1
    assert tell_backup_failed(instance, settings, "the disk of /backup is full").delivered == 0
    assert "No backup was made: the disk of /backup is full" in told.bodies[0]["message"]


def test_a_listener_that_is_down_gets_its_message_at_the_next_look(
    instance: dg.DagsterInstance, settings: Settings, told: Hooks
):
    look(instance, settings, LONG_AGO)
    run(instance, REFUSED)
    told.status = 500
    failed = look(instance, settings)
    assert (len(failed.new), failed.delivered) == (1, 0)
    assert "number 1 (JSON): not delivered" in failed.problems[0]
    told.status = 200
    assert look(instance, settings) == Look((), 1, ())
    assert len(told.posts) == 1
