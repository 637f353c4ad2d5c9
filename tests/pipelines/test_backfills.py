"""A backfill of the UI: its months go in order and stop where one is not made, with the real web server and daemon."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.months import Month, month_range
from assets.warehouse.database import Warehouse
from pipelines.held_storage import instance_of
from tests.campaign.web_requests import JSON, OWN, Request, Served, served
from tests.pipelines.few_drops import few_drops
from tests.support import copy_home

MONTHS = [*map(str, month_range(Month(2025, 3), Month(2025, 6)))]
FIRST, KILLED, REFUSED, CANCELLED = MONTHS
SUCCESS, FAILURE, CANCELED = (
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
)
LAUNCH = """mutation ($given: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $given) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
  }
}"""
SECONDS = 600


def ask(server: Served, query: str, given: Any = None) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": {"given": given}})
    status, text = server.answer(Request("asked", "POST", "/graphql", {**JSON, **OWN}, body))
    assert status == 200, text
    answer = json.loads(text)
    assert "errors" not in answer, text
    return dict(answer["data"])


def runs_of(home: Path, backfill: str) -> list[dg.DagsterRun]:
    with instance_of(home) as instance:
        runs = instance.get_runs(filters=dg.RunsFilter(tags={"dagster/backfill": backfill}))
    return sorted(runs, key=lambda run: run.tags["dagster/partition"])


def ended(home: Path, backfill: str, number: int) -> list[dg.DagsterRun]:
    """The runs of a backfill once there are so many and all have ended."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        runs = runs_of(home, backfill)
        if len(runs) == number and all(run.is_finished for run in runs):
            return runs
        time.sleep(0.3)
    raise AssertionError([(run.tags["dagster/partition"], run.status) for run in runs_of(home, backfill)])


def kill_the_run_of(world: Path, month: str) -> None:
    """Kill the process that has the turn to make a month."""
    turn, until = world / "warehouse.duckdb.turn", time.monotonic() + SECONDS
    while time.monotonic() < until:
        said = turn.read_text(encoding="utf-8") if turn.exists() else ""
        if found := re.search(rf" of {month} \(process (\d+)\)", said):
            os.kill(int(found[1]), signal.SIGKILL)
            return
        time.sleep(0.02)
    raise AssertionError(f"no run of {month} had the turn")


def said_of(home: Path, run: dg.DagsterRun) -> str:
    """What a run's events tell, the reasons of its steps' failures among it."""
    with instance_of(home) as instance:
        entries = instance.all_logs(run.run_id)
    events = [event for entry in entries if (event := entry.dagster_event) and event.is_step_failure]
    reasons = [event.step_failure_data.user_failure_data for event in events]
    said = [entry.user_message or entry.message for entry in entries]
    return " ".join([*said, *(str(reason.description) for reason in reasons if reason)])


@pytest.fixture
def world(empty_file: Path, empty_home: Path, tmp_path: Path) -> Path:
    few_drops(tmp_path / "sources", [Month.parse(FIRST)])
    shutil.copy(empty_file, tmp_path / "warehouse.duckdb")
    copy_home(empty_home, tmp_path / "dagster_home")
    return tmp_path


def test_where_a_month_is_killed_none_after_it_is_made(world: Path):
    with served(world) as server:
        nodes = ask(server, "{ assetNodes { assetKey { path } groupName opNames } }")["assetNodes"]
        taken_in = [
            {"path": node["assetKey"]["path"]} for node in nodes if node["groupName"] in ("sources", "reference")
        ]
        launched = ask(server, LAUNCH, {"assetSelection": taken_in, "partitionNames": MONTHS[::-1]})
        backfill = launched["launchPartitionBackfill"]["backfillId"]
        kill_the_run_of(world, KILLED)
        runs = ended(server.home, backfill, len(MONTHS))
        found = {run.tags["dagster/partition"]: run for run in runs}
        assert {month: run.status for month, run in found.items()} == {
            FIRST: SUCCESS,
            KILLED: FAILURE,
            REFUSED: FAILURE,
            CANCELLED: CANCELED,
        }
        made = Warehouse(world / "warehouse.duckdb").read("select distinct month from sources.drops order by month")
        assert made["month"].to_list() == [Month.parse(FIRST).first_day]
        why = f"{REFUSED} is not made: {KILLED} comes before it in the same backfill"
        assert why in said_of(server.home, found[REFUSED])
        assert f"{CANCELLED} is not made, for it follows from {REFUSED}" in said_of(server.home, found[CANCELLED])
