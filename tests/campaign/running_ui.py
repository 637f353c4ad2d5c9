"""`innovation-clusters ui` as a process that can be killed: started, asked, and the processes that belong to it.

What belongs here: starting it, asking its GraphQL, finding processes. What does not: any fault.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

import dagster as dg

from pipelines.code_location import DEFINITIONS
from pipelines.jobs import monthly_refresh
from tests.campaign.command_line import PROGRAM, usual_environment

SECONDS_TO_START = 240
SECONDS = 600
"""As long as anything takes on a machine that has much to do."""
LOOK_EVERY_SECONDS = 0.2
JOB = {
    "repositoryLocationName": DEFINITIONS,
    "repositoryName": "__repository__",
    "jobName": monthly_refresh.name,
}
LAUNCH = """mutation ($given: ExecutionParams!) { launchRun(executionParams: $given) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on Error { message } } }"""
AGAIN = """mutation ($given: ReexecutionParams!) { launchRunReexecution(reexecutionParams: $given) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on Error { message } } }"""
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class RunningUi:
    """A UI that answers, with its daemon and the servers of its code."""

    process: subprocess.Popen[str]
    port: int
    home: Path

    def ask(self, query: str, given: Any = None) -> dict[str, Any]:
        """What its GraphQL answers."""
        body = json.dumps({"query": query, "variables": {"given": given}}).encode()
        address, headers = f"http://127.0.0.1:{self.port}/graphql", {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=60) as answer:
            said = json.load(answer)
        assert "errors" not in said, said
        return dict(said["data"])

    def launch(self, month: str, layers: Sequence[str] = ()) -> str:
        """Start the monthly job as a person does in the UI, of all assets or those of some layers; the run's id."""
        tags = [{"key": "dagster/partition", "value": month}]
        nodes = self.ask("{ assetNodes { assetKey { path } groupName } }")["assetNodes"] if layers else []
        keys = [{"path": node["assetKey"]["path"]} for node in nodes if node["groupName"] in layers]
        selector = {**JOB, "assetSelection": keys} if keys else JOB
        data = self.ask(
            LAUNCH, {"selector": selector, "mode": "default", "runConfigData": {}, "executionMetadata": {"tags": tags}}
        )
        return _started(data["launchRun"])

    def execute_again(self, run_id: str) -> str:
        """Start again what of a run was not made; the new run's id."""
        data = self.ask(AGAIN, {"parentRunId": run_id, "strategy": "FROM_FAILURE"})
        return _started(data["launchRunReexecution"])

    def daemon(self) -> int:
        """The daemon's process."""
        (found,) = [
            pid
            for pid in processes_of(self.home)
            if _parent(pid) == self.process.pid and b"pipelines.daemon" in _said(pid, "cmdline")
        ]
        return found


def start_ui(folder: Path, *options: str, settings: Mapping[str, str] | None = None) -> RunningUi:
    """Start it on a free port in a folder whose history is `dagster_home`; what it says goes to the file `said`."""
    home = folder.absolute() / "dagster_home"
    with (folder / "said").open("a", encoding="utf-8") as said:
        process = subprocess.Popen(
            [PROGRAM, "ui", "--port=0", *options],
            cwd=folder,
            env={**usual_environment(), "DAGSTER_HOME": str(home), "COLUMNS": "250", **(settings or {})},
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
    return RunningUi(process, int(address_of(process, folder / "said").split(":")[2]), home)


def address_of(process: subprocess.Popen[str], said: Path) -> str:
    """The address that a UI says first; what it says after that goes to a file: it would wait where nobody reads."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], SECONDS_TO_START)
    line = process.stdout.readline() if ready else "nothing was said"
    assert line.startswith("open http://127.0.0.1:"), line + said.read_text(encoding="utf-8")
    threading.Thread(target=_pass_on, args=(process.stdout, said), daemon=True).start()
    return line.split()[1]


def _started(answer: Mapping[str, Any]) -> str:
    """The identifier of the run that an answer tells of."""
    assert "run" in answer, answer
    return str(answer["run"]["runId"])


def _pass_on(lines: IO[str], said: Path) -> None:
    with said.open("a", encoding="utf-8") as file:
        shutil.copyfileobj(lines, file)


def run_of(home: Path, run_id: str) -> dg.DagsterRun:
    """A run as the history has it."""
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run = instance.get_run_by_id(run_id)
    assert run is not None
    return run


def processes_of(home: Path) -> list[int]:
    """The processes that work on a DAGSTER_HOME."""
    mark = f"DAGSTER_HOME={home}\0".encode()
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if pid != os.getpid() and mark in _said(pid, "environ")]


def until(looked: Callable[[], Seen], what: str, seconds: float = SECONDS) -> Seen:
    """Look until there is something to see, and return it."""
    latest = time.monotonic() + seconds
    while not (seen := looked()):
        assert time.monotonic() < latest, f"not within {seconds:.0f} s: {what}"
        time.sleep(LOOK_EVERY_SECONDS)
    return seen


def _parent(pid: int) -> int:
    return int(_said(pid, "stat").rpartition(b")")[2].split()[1] or 0)


def _said(pid: int, what: str) -> bytes:
    """What the system says of a process; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""
