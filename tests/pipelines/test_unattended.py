"""The schedule and the sensor as a team runs them: the real daemon and code server of `innovation-clusters ui`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from assets.months import TIME_ZONE
from tests.campaign.web_requests import Served, left_behind, served
from tests.sources.support import put

PLACE = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }"
START = """mutation($of: SensorSelector!) { startSensor(sensorSelector: $of) {
  __typename ... on Sensor { sensorState { status } } } }"""
TICKS = """query($of: SensorSelector!) { sensorOrError(sensorSelector: $of) {
  ... on Sensor { sensorState { ticks(limit: 3) { status skipReason runIds error { message } } } } } }"""
DRY_RUN = """mutation($of: ScheduleSelector!, $at: Float!) { scheduleDryRun(selectorData: $of, timestamp: $at) {
  ... on DryRunInstigationTick { evaluationResult { skipReason runRequests { runKey } error { message } } } } }"""
SECONDS_TO_TICK = 180


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    """The UI with its daemon, over sources in which one file of June lies beside those of May."""
    folder = tmp_path_factory.mktemp("unattended")
    for path in ("postcodes/2025-05", "companies_house/2025-05", "companies_house/2025-06", "innovate_uk/2025-05"):
        put(folder / "sources", f"{path}.csv", "")
    with served(folder) as server:
        yield server, folder / "sources"
    assert left_behind(server.home) == []


def ask(server: Served, query: str, **variables: Any) -> dict[str, Any]:
    """The answer of the UI's own interface."""
    body = {"query": query, "variables": variables}
    answer = httpx.post(f"http://127.0.0.1:{server.port}/graphql", json=body, timeout=120).json()
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]
    return found


def selector(server: Served, **named: str) -> dict[str, str]:
    (node,) = ask(server, PLACE)["repositoriesOrError"]["nodes"]
    return {"repositoryName": node["name"], "repositoryLocationName": node["location"]["name"], **named}


def test_the_daemon_starts_no_month_of_one_early_file(running: tuple[Served, Path]):
    server, _ = running
    sensor = selector(server, sensorName="new_drop")
    assert ask(server, START, of=sensor)["startSensor"]["sensorState"]["status"] == "RUNNING"
    deadline = time.monotonic() + SECONDS_TO_TICK
    ticks: list[dict[str, Any]] = []
    while not any(tick["status"] == "SKIPPED" for tick in ticks):
        assert time.monotonic() < deadline, ticks
        time.sleep(0.5)
        ticks = ask(server, TICKS, of=sensor)["sensorOrError"]["sensorState"]["ticks"]
    # June is long over, so that the wait counts from the day on which its first file was seen.
    (tick,) = ticks
    assert tick["runIds"] == []
    assert str(tick["skipReason"]).startswith("2025-06 waits until ")
    assert "innovate_uk is of 2025-05-01, 1 month old (monthly, at most 3)" in str(tick["skipReason"])


def test_the_schedule_says_what_it_waits_for_and_then_asks_for_the_month(running: tuple[Served, Path]):
    server, sources = running
    schedule = selector(server, scheduleName="monthly_refresh")

    def at(day: int) -> dict[str, Any]:
        moment = datetime(2025, 7, day, 5, tzinfo=ZoneInfo(TIME_ZONE)).timestamp()
        answer: dict[str, Any] = ask(server, DRY_RUN, of=schedule, at=moment)["scheduleDryRun"]["evaluationResult"]
        assert answer["error"] is None
        return answer

    assert str(at(6)["skipReason"]).startswith("2025-06 waits until 2025-07-16: innovate_uk is of 2025-05-01")
    put(sources, "innovate_uk/2025-06.csv", "")
    assert [request["runKey"] for request in at(6)["runRequests"]] == ["scheduled-2025-06"]
