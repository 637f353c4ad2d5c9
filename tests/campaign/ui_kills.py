"""Kills of what `innovation-clusters ui` runs: a run that was started in it, its daemon, its web server."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from tests.campaign.attempt import Attempt
from tests.campaign.command_kills import ended
from tests.campaign.running_ui import RunningUi, run_of, start_ui, until
from tests.campaign.small_month import MONTH, PROFILE, Aim, SmallMonth

RUN, DAEMON, WEB_SERVER = "run", "daemon", "web server"
FROM_ITS_TURN = 0.7
"""Share of a command's seconds that its making takes: the rest is its start, which a run of the UI has behind it."""


@dataclass
class Watched:
    """A folder with the UI that runs over it."""

    month: SmallMonth
    ui: RunningUi

    def making(self, run_id: str) -> int:
        """The process that makes the month, once the run has its turn."""
        turn = self.month.folder / "warehouse.duckdb.turn"

        def look() -> int:
            said = turn.read_text(encoding="utf-8") if turn.exists() else ""
            found = re.search(rf"run {run_id} .*\(process (\d+)\)", said)
            return int(found[1]) if found else 0

        return until(look, f"run {run_id} has its turn")

    def kill(self, what: str, run_id: str, moment: float) -> list[str]:
        """Kill one of its processes so many seconds after a run has its turn; what is then not as it should be."""
        worker = self.making(run_id)
        time.sleep(moment)
        if run_of(self.month.home, run_id).is_finished:
            return []
        os.kill(
            {RUN: worker, DAEMON: self.ui.daemon(), WEB_SERVER: self.ui.process.pid}[what],
            signal.SIGKILL,
        )
        found = [] if what == RUN else self._started_anew(what)
        self.end_of(run_id)
        return found

    def end_of(self, run_id: str) -> dg.DagsterRun:
        """A run that has ended, or is marked as ended."""

        def look() -> dg.DagsterRun | None:
            run = run_of(self.month.home, run_id)
            return run if run.is_finished else None

        found = until(look, f"run {run_id} ends")
        assert found is not None
        return found

    def _started_anew(self, what: str) -> list[str]:
        """The UI once more, when it has ended: of itself where its daemon is gone."""
        code = self.ui.process.wait(timeout=120)
        expected = 1 if what == DAEMON else -signal.SIGKILL
        self.ui = start_ui(self.month.folder, "--profile", PROFILE)
        return [] if code == expected else [f"the UI ended with {code}"]


def killed_uis(work: Path, aim: Aim, draw: random.Random, plan: list[list[str]]) -> Iterator[Attempt]:
    """Months made in the UI, and what is killed of each, in order."""
    for number, kinds in enumerate(plan):
        month = aim.base.copied(work / f"ui-{number}")
        watched = Watched(month, start_ui(month.folder, "--profile", PROFILE))
        seen = []
        for kind in kinds:
            run_id = watched.ui.launch(str(MONTH))
            moment = draw.uniform(0.0, aim.seconds * FROM_ITS_TURN / 2)
            found = watched.kill(kind, run_id, moment)
            seen.append((f"{kind} of the UI killed {moment:.1f} s into a run", found + aim.torn(month)))
        run_id = watched.ui.launch(str(MONTH))
        run = watched.end_of(run_id)
        watched.ui.process.terminate()
        watched.ui.process.wait()
        said = "" if run.status == dg.DagsterRunStatus.SUCCESS else f"the last run is {run.status.value}"
        yield from ended(aim, month, said, seen)
        shutil.rmtree(month.folder)
