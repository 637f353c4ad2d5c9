"""A team's deployment, brought up from the shipped files: PostgreSQL, the units' own commands, nginx before them.

No systemd starts them here: each command stands in its unit, and only folders, ports and the user are the test's.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.months import Month
from pipelines.dagster_home import HomeError, opened
from pipelines.held_storage import instance_of
from tests.deploy import postgres
from tests.deploy.test_units import DEPLOY, INSTALLED, UNITS, commands, environment
from tests.pipelines.few_drops import few_drops
from tests.pipelines.proxy import MAINTAINER, PASSWORD, USER, free_port, nginx_path, proxied

PROGRAMS = f"{Path(sys.executable).parent}/"
SECONDS = 300
VIEW, MAINTAIN = "clusters.example", "maintain.clusters.example"
STARTED = """mutation { startSchedule(scheduleSelector: {repositoryLocationName: "pipelines.definitions",
    repositoryName: "__repository__", scheduleName: "prune_history"}) { __typename } }"""
LAUNCHED = """mutation { launchRun(executionParams: {selector: {repositoryLocationName: "pipelines.definitions",
    repositoryName: "__repository__", jobName: "prune_history"},
    runConfigData: {ops: {delete_old_runs: {config: {keep_days: 0}}}}}) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
SCHEDULES = """{ schedulesOrError(repositorySelector: {repositoryLocationName: "pipelines.definitions",
    repositoryName: "__repository__"}) { ... on Schedules { results { name scheduleState { status } } } } }"""
RUNS = "{ runsOrError { ... on Runs { results { runId status } } } }"

pytestmark = [
    pytest.mark.skipif(postgres.missing() is not None, reason=str(postgres.missing())),
    pytest.mark.skipif(nginx_path() is None, reason="no nginx"),
]


@dataclass(frozen=True)
class Team:
    """What was brought up."""

    folder: Path
    environment: Mapping[str, str]
    proxy: int

    @property
    def home(self) -> Path:
        return Path(self.environment["DAGSTER_HOME"])

    def ask(self, host: str, user: str, query: str) -> tuple[int, Any]:
        """What the proxy answers a query that a page of its own sends."""
        password = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        headers = {"Host": host, "Origin": f"https://{host}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy, timeout=120)
        with contextlib.closing(connection):
            body = json.dumps({"query": query})
            connection.request("POST", "/graphql", body, {**headers, "Authorization": f"Basic {password}"})
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, json.loads(text) if text.startswith("{") else text

    def run(self, *arguments: str) -> None:
        """A command of the maintainers', with the deployment's settings."""
        command = [f"{PROGRAMS}innovation-clusters", *arguments]
        ended = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


def until(found: Callable[[], Any], what: str) -> Any:
    """What is found once it is there."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.5)
    raise AssertionError(f"{what}: not within {SECONDS} s")


@contextlib.contextmanager
def services(folder: Path, environment: Mapping[str, str], places: Sequence[tuple[str, str]]) -> Iterator[None]:
    """The units' commands in the order of their start; told to end in the other order, as systemd does."""
    running: list[tuple[str, subprocess.Popen[bytes]]] = []
    try:
        for name in ("code", "daemon", "view", "maintain"):
            words = commands(UNITS / f"innovation-clusters-{name}.service")[0]
            for given, here in places:
                words = [word.replace(given, here) for word in words]
            with (folder / f"{name}.log").open("wb") as log:
                process = subprocess.Popen(words, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
            running.append((name, process))
            if name == "code":
                until((folder / "run" / "code.sock").is_socket, "the code's socket")
        yield
        assert {name: process.poll() for name, process in running} == dict.fromkeys(dict(running))
    finally:
        for _, process in reversed(running):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=120)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("team")
    with postgres.server() as server:
        for name in ("run", "etc", "lib/sources", "lib/warehouse", "lib/dagster_home", "srv", "proxy"):
            (folder / name).mkdir(parents=True)
        # A socket's path has 107 characters at most.
        short = server / "run"
        short.symlink_to(folder / "run")
        ports = {"3000": str(free_port()), "3001": str(free_port())}
        places = [
            (INSTALLED, PROGRAMS),
            ("/run/innovation-clusters", str(short)),
            ("/etc/innovation-clusters", str(folder / "etc")),
            *ports.items(),
        ]
        shutil.copy(DEPLOY / "dagster.yaml", folder / "lib" / "dagster_home" / "dagster.yaml")
        workspace = (DEPLOY / "workspace.yaml").read_text(encoding="utf-8")
        (folder / "etc" / "workspace.yaml").write_text(workspace.replace(*places[1]), encoding="utf-8")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("INNOVATION_CLUSTERS")}
        given = {
            name: value.replace("/var/lib/innovation-clusters", str(folder / "lib")).replace(
                "/srv/innovation-clusters", str(folder / "srv")
            )
            for name, value in environment().items()
        }
        given["DAGSTER_POSTGRES_URL"] = postgres.address(server)
        few_drops(Path(given["INNOVATION_CLUSTERS_SOURCES"]), [Month(2025, 5)])
        whole = {**inherited, **given, "COLUMNS": "250"}
        with (
            services(folder, whole, places),
            proxied(folder / "proxy", int(ports["3000"]), int(ports["3001"]), folder / "srv") as proxy,
        ):
            brought_up = Team(folder, whole, proxy)
            for host, user in ((VIEW, USER), (MAINTAIN, MAINTAINER)):
                until(lambda host=host, user=user: brought_up.ask(host, user, SCHEDULES)[0] == 200, host)
            yield brought_up
        # What a service started may take a moment more to end than the service itself.
        until(lambda: not [*_left(folder)], "the end of all that the services started")


def _left(folder: Path) -> Iterator[Path]:
    """The processes that have the team's history in their environment."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"DAGSTER_HOME={folder}".encode() in path.read_bytes():
                yield path.parent


@pytest.fixture
def instance(team: Team, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", team.environment["DAGSTER_POSTGRES_URL"])
    with instance_of(team.home) as made:
        yield made


def test_a_month_of_the_command_line_is_seen_by_all(team: Team, instance: dg.DagsterInstance):
    team.run("refresh", "--month", "2025-05", "--select", "sources,reference")
    (run,) = instance.get_runs()
    assert run.status is dg.DagsterRunStatus.SUCCESS
    for host, user in ((VIEW, USER), (MAINTAIN, MAINTAINER)):
        status, answer = team.ask(host, user, RUNS)
        assert (status, answer["data"]["runsOrError"]["results"]) == (
            200,
            [{"runId": run.run_id, "status": "SUCCESS"}],
        )
    assert not [*team.home.rglob("*.db")], "nothing of the history is in a file"
    team.run("doctor", "--quick")


def test_who_looks_changes_nothing_and_a_maintainer_does(team: Team, instance: dg.DagsterInstance):
    for change in (STARTED, LAUNCHED):
        status, answer = team.ask(VIEW, USER, change)
        assert (status, "this server only shows" in str(answer)) == (400, True)
        assert team.ask(MAINTAIN, USER, change)[0] == 401
    off = {"name": "prune_history", "scheduleState": {"status": "STOPPED"}}
    assert off in team.ask(VIEW, USER, SCHEDULES)[1]["data"]["schedulesOrError"]["results"]
    assert team.ask(MAINTAIN, MAINTAINER, STARTED)[1]["data"]["startSchedule"]["__typename"] == "ScheduleStateResult"
    # The other web UI has it from PostgreSQL.
    results = team.ask(VIEW, USER, SCHEDULES)[1]["data"]["schedulesOrError"]["results"]
    assert {"name": "prune_history", "scheduleState": {"status": "RUNNING"}} in results


def test_the_daemon_runs_what_a_maintainer_starts(team: Team, instance: dg.DagsterInstance):
    before = {run.run_id for run in instance.get_runs()}
    launched = team.ask(MAINTAIN, MAINTAINER, LAUNCHED)[1]["data"]["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]

    def finished() -> dg.DagsterRun | None:
        run = instance.get_run_by_id(run_id)
        return run if run is not None and run.is_finished else None

    assert until(finished, "the run").status is dg.DagsterRunStatus.SUCCESS
    # The run that made the month is what the UI shows it by, so it stays.
    assert before and {run.run_id for run in instance.get_runs()} == before | {run_id}
    # Schedules and sensors are looked at: each look is a tick in PostgreSQL.
    assert until(
        lambda: [
            state
            for state in instance.all_instigator_state()
            if instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
        ],
        "a tick",
    )


def test_a_server_that_does_not_serve_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copy(DEPLOY / "dagster.yaml", tmp_path / "dagster.yaml")
    for address, words in (
        (f"postgresql+psycopg2://nobody:hidden@/nothing?host={tmp_path}", "does not serve"),
        (f"postgresql://nobody@/nothing?host={tmp_path}", r"begin with postgresql\+psycopg2://"),
        (None, "takes DAGSTER_POSTGRES_URL from the environment, where it is not set"),
    ):
        monkeypatch.delenv("DAGSTER_POSTGRES_URL", raising=False)
        if address is not None:
            monkeypatch.setenv("DAGSTER_POSTGRES_URL", address)
        with pytest.raises(HomeError, match=words) as raised, opened(tmp_path):
            pass
        assert "hidden" not in str(raised.value)
