"""A machine that goes down under a UI, its daemon and a run, and comes up with the UI alone."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dagster as dg

from pipelines.live_runs import WHAT_HAPPENED
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.running_ui import RunningUi, processes_of, start_ui, until
from tests.campaign.small_month import MONTH, PROFILE, Aim, aim_of, country, refresh
from tests.campaign.ui_kills import Watched

TIMES, SEED = 2, 20261130
OF_ITS_MAKING = 0.5
"""Share of a command's seconds within which the machine goes down once the run has its turn."""


def attempts(work: Path) -> Iterator[Attempt]:
    """Machines that go down at a random moment of a run."""
    base = country(work / "base")
    aim = aim_of(base, work / "whole", refresh())
    draw = random.Random(SEED)
    for number in range(TIMES):
        yield rebooted(work / f"reboot-{number}", aim, draw.uniform(0.0, aim.seconds * OF_ITS_MAKING))


def rebooted(folder: Path, aim: Aim, moment: float) -> Attempt:
    """Kill everything so many seconds into a run of the UI, start the UI and execute the run again."""
    month = aim.base.copied(folder)
    watched = Watched(month, start_ui(month.folder, "--profile", PROFILE))
    run_id = watched.ui.launch(str(MONTH))
    watched.making(run_id)
    time.sleep(moment)
    kill_all(watched.ui)
    found = aim.torn(month)
    watched.ui = start_ui(month.folder, "--profile", PROFILE)
    run = watched.end_of(run_id)
    if run.status != dg.DagsterRunStatus.FAILURE or WHAT_HAPPENED not in said_of(month.home, run_id):
        found.append(f"the run is {run.status.value} without the reason")
    again = watched.end_of(watched.ui.execute_again(run_id))
    found += [] if again.status == dg.DagsterRunStatus.SUCCESS else [f"executed again it is {again.status.value}"]
    watched.ui.process.terminate()
    watched.ui.process.wait()
    found += aim.missed(month)
    shutil.rmtree(folder)
    return Attempt(f"all killed {moment:.1f} s into a run", not found, ", ".join(found[:5]) or "failed, then whole")


def kill_all(ui: RunningUi) -> None:
    """Kill all that works on a UI's home."""
    for pid in processes_of(ui.home):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    ui.process.wait()
    until(lambda: not processes_of(ui.home), "all is gone")


def said_of(home: Path, run_id: str) -> str:
    """What the history says of a run, event by event."""
    with dg.DagsterInstance.from_config(str(home)) as instance:
        return "\n".join(entry.user_message or entry.message for entry in instance.all_logs(run_id))


ATTACK = Attack(
    "reboot",
    "UI, daemon, code servers and a run are killed at once at a random moment of the run, and the UI alone is started; "
    "held: the run is ended as failed with a reason, executed again from where it failed it succeeds, and all tables "
    "and published files are those of an undisturbed month",
    attempts,
)
