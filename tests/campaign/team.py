"""A folder in which months are made as a team makes them: by the command line, and by the web UI with its daemon.

What belongs here: starting and asking these, and the clock that they go by. What does not: any attack.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.campaign.running_ui import address_of

PROGRAM = str(Path(sys.executable).with_name("innovation-clusters"))
SECONDS_TO_END = 120
SECONDS = 1800
"""That no command takes."""
LOOK_EVERY_SECONDS = 0.5
FAKETIME = "faketime/libfaketimeMT.so.1"
SLEEP = """import select
import time


def sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = sleep
"""
"""What every Python program runs first that goes by another clock: of the library's two ways to count seconds one makes
waiting for another thread endless, the other sleeping an error."""
PLACE = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }"
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """What a look finds, once it finds anything; raises AssertionError with `what` where it never does."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < deadline, what
        time.sleep(LOOK_EVERY_SECONDS)
    return found


@dataclass(frozen=True)
class Clock:
    """A clock that programs go by in place of the machine's, by Debian's package `faketime`; it can be set while they
    run, and what is waited for is waited for in real time."""

    file: Path
    library: Path

    @staticmethod
    def in_folder(folder: Path) -> Clock | None:
        """A clock whose setting is kept in a folder; None where the library is not installed."""
        found = sorted(Path("/usr/lib").glob(f"*/{FAKETIME}"))
        if not found:
            return None
        (folder / "sitecustomize.py").write_text(SLEEP, encoding="utf-8")
        return Clock(folder / "clock", found[0])

    def set(self, moment: datetime) -> None:
        """Let it be a moment, from which the clock goes on."""
        behind = round(moment.timestamp() - time.time())
        new = self.file.with_suffix(".new")
        new.write_text(f"{behind:+d}\n", encoding="utf-8")
        new.replace(self.file)
        # Programs look at the setting once a second.
        time.sleep(2)

    def now(self) -> datetime:
        """What it shows."""
        return datetime.fromtimestamp(time.time() + int(self.file.read_text(encoding="utf-8")), UTC)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a program, and all that it starts, go by it."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(self.file.parent),
        }


@dataclass(frozen=True)
class Ui:
    """The web UI as it runs."""

    address: str
    process: int

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer of the UI's own interface."""
        answer = httpx.post(f"{self.address}/graphql", json={"query": query, "variables": variables}, timeout=120)
        said = answer.json()
        assert "errors" not in said, said
        found: dict[str, Any] = said["data"]
        return found

    def selector(self, **named: str) -> dict[str, str]:
        """How the interface names what stands in the definitions."""
        (node,) = self.ask(PLACE)["repositoriesOrError"]["nodes"]
        return {"repositoryName": node["name"], "repositoryLocationName": node["location"]["name"], **named}

    def healthz(self) -> tuple[int, dict[str, str]]:
        """Status of the answer, and the verdict of each look."""
        answer = httpx.get(f"{self.address}/healthz", timeout=120)
        return answer.status_code, {check["what"]: check["verdict"] for check in answer.json()["checks"]}


@dataclass(frozen=True)
class Team:
    """A folder, and the settings that are in its environment."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """Dagster's folder."""
        return self.folder / "dagster_home"

    @property
    def environment(self) -> dict[str, str]:
        """What of the environment of the tests is no setting of the project's, and the settings."""
        usual = {
            name: value for name, value in os.environ.items() if not name.startswith(("INNOVATION_CLUSTERS", "DAGSTER"))
        }
        return {**usual, "COLUMNS": "400", **self.settings}

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the project's, as it is typed in the folder."""
        # Not by a pipe, which would stay open for as long as anything that the command has started.
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            command = [PROGRAM, *words]
            ended = subprocess.run(
                command, cwd=self.folder, env=self.environment, stdout=said, stderr=said, check=False, timeout=SECONDS
            )
            said.seek(0)
            return subprocess.CompletedProcess(command, ended.returncode, said.read())

    @contextlib.contextmanager
    def ui(self) -> Iterator[Ui]:
        """`innovation-clusters ui` on a free port; ended by SIGTERM."""
        with (self.folder / "said").open("a", encoding="utf-8") as said:
            process = subprocess.Popen(
                [PROGRAM, "ui", "--port=0"],
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        try:
            yield Ui(address_of(process, self.folder / "said"), process.pid)
        finally:
            process.terminate()
            process.wait(timeout=SECONDS_TO_END)
