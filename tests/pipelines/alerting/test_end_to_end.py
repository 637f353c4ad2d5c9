"""The real command line and the real daemon, one after the other on one instance, with a listener of webhooks."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.months import Month
from pipelines.alerting.setting import ADDRESSES, FREE_DISK, METRICS, UI_ADDRESS
from pipelines.live_runs import LOCKS, WHAT_HAPPENED
from tests.campaign.web_requests import left_behind
from tests.pipelines.alerting.listeners import Hooks, hooks
from tests.support import copy_home

MONTH = Month(2025, 4)
PROGRAM = str(Path(sys.executable).with_name("innovation-clusters"))
SECRET = "a-token-of-someone"


@pytest.fixture
def told() -> Iterator[Hooks]:
    with hooks() as listening:
        yield listening


@pytest.fixture
def world(empty_file: Path, empty_home: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "world"
    drop = folder / "sources" / "idbr_enterprises" / "2025-04.csv"
    drop.parent.mkdir(parents=True)
    drop.write_text("nothing,of,the,kind\n1,2,3,4\n", encoding="utf-8")
    shutil.copy(empty_file, folder / "warehouse.duckdb")
    copy_home(empty_home, folder / "dagster_home")
    return folder


def environment(world: Path, port: int) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("INNOVATION_CLUSTERS", "DAGSTER"))
    }
    return {
        **kept,
        "DAGSTER_HOME": str(world / "dagster_home"),
        "COLUMNS": "250",
        ADDRESSES: f"json://127.0.0.1:{port}/{SECRET}",
        FREE_DISK: "0",
        METRICS: str(world / "metrics"),
        UI_ADDRESS: "https://clusters.example",
    }


@dg.asset(check_specs=[dg.AssetCheckSpec("few_are_left_out", asset="made_in_the_ui")])
def made_in_the_ui() -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
    """What a run makes that is none of the command line's."""
    yield dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, check_name="few_are_left_out")
    yield dg.MaterializeResult()


def test_the_command_line_and_the_daemon_tell_each_thing_once(world: Path, told: Hooks):
    given = environment(world, told.port)
    command = [PROGRAM, "refresh", "--month", str(MONTH), "--select", "sources"]
    failed = subprocess.run(command, cwd=world, env=given, capture_output=True, text=True, check=False)
    assert failed.returncode == 1, failed.stdout
    bodies = [told.next()[1], told.next()[1]]
    # A month is late as well: none of the last year is there.
    by_title = {body["title"].partition(": ")[2]: body["message"] for body in bodies}
    said = by_title.pop(f"{MONTH} was not made (monthly_refresh)")
    assert [title.endswith("is late") for title in by_title] == [True]
    assert re.search(r"^- step sources.ingest: nothing was written, \d drops? (is|are) refused$", said, re.MULTILINE)
    assert "look: https://clusters.example/runs/" in said
    metrics = (world / "metrics" / "innovation_clusters_monthly_refresh.prom").read_text(encoding="utf-8")
    assert 'innovation_clusters_run_success{job_name="monthly_refresh"} 0.0' in metrics

    with dg.DagsterInstance.from_config(str(world / "dagster_home")) as instance:
        run_id = dg.materialize([made_in_the_ui], instance=instance).run_id
        job = dg.JobDefinition(name="monthly_refresh", graph_def=dg.GraphDefinition("made"))
        killed = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED).run_id
    # As a process that is killed leaves it: a lock that nobody holds.
    (world / "dagster_home" / LOCKS / f"{killed}.lock").touch()
    with (world / "said").open("w", encoding="utf-8") as errors:
        ui = subprocess.Popen(
            [PROGRAM, "ui", "--port=0"], cwd=world, env=given, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        assert ui.stdout is not None
        assert select.select([ui.stdout], [], [], 120)[0]
        address = ui.stdout.readline().split()[1]
        body = told.next()[1]
        assert "was made, and 1 check warns" in body["title"]
        assert f"- warning few_are_left_out of made_in_the_ui\nrun: {run_id}\n" in body["message"]
        body = told.next()[1]
        assert f"- no step failed: Marked as failed: {WHAT_HAPPENED}.\n" in body["message"]
        assert killed in body["message"]
        answer = health(address)
        assert answer[0] == 503
        verdicts = {each["what"]: each["verdict"] for each in answer[1]["checks"]}
        assert (verdicts["warehouse"], verdicts["publication"], verdicts["disk"]) == ("ok", "bad", "ok")
        policy = freshness_of(address, "publication", "files")
        assert policy == {"deadlineCron": "0 5 19 * *", "timezone": "Europe/London"}
        ticked(world)
    finally:
        ui.terminate()
        ui.wait(timeout=60)
    assert left_behind(world / "dagster_home") == []
    assert len(told.posts) == 4, "what the command line told is not told again by the daemon"
    everything = failed.stdout + failed.stderr + (world / "said").read_text(encoding="utf-8")
    assert SECRET not in everything
    kept = [path for path in (world / "dagster_home").rglob("*") if path.is_file()]
    assert [path for path in kept if SECRET.encode() in path.read_bytes()] == []


def health(address: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"{address}/healthz") as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def freshness_of(address: str, *key: str) -> dict[str, str]:
    """The policy of an asset, as the UI asks for it."""
    asked = (
        "query($key: AssetKeyInput!) { assetNodes(assetKeys: [$key]) { "
        "internalFreshnessPolicy { ... on CronFreshnessPolicy { deadlineCron timezone } } } }"
    )
    body = json.dumps({"query": asked, "variables": {"key": {"path": key}}}).encode()
    request = urllib.request.Request(f"{address}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]["assetNodes"][0]["internalFreshnessPolicy"]


def ticked(world: Path) -> None:
    """Wait for the sensor's first tick to be over, and see how it ended."""
    for _ in range(600):
        with dg.DagsterInstance.from_config(str(world / "dagster_home")) as instance:
            for state in instance.all_instigator_state():
                if state.instigator_name != "alerts":
                    continue
                for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id):
                    if tick.status.value == "SKIPPED":
                        assert "was made, and 1 check warns" in str(tick.tick_data.skip_reason)
                        return
                    assert tick.status.value == "STARTED", tick.tick_data.error
        time.sleep(0.2)
    raise AssertionError("the sensor did not tick")
