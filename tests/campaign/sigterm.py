"""Signals by which a UI is told to end: idle, and while a run goes on."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from tests.campaign.attempt import Attack, Attempt
from tests.campaign.running_ui import start_ui
from tests.campaign.small_month import MONTH, PROFILE, Aim, aim_of, country, refresh
from tests.campaign.ui_kills import Watched

SEED = 20261201
TIMES = 1
SIGNALS = (signal.SIGTERM, signal.SIGINT)
SECONDS_TO_END = 60
OF_ITS_MAKING = 0.5


def attempts(work: Path) -> Iterator[Attempt]:
    """Each signal, some times, at a UI that does nothing and at one with a run at a random moment."""
    aim = aim_of(country(work / "base"), work / "whole", refresh())
    draw = random.Random(SEED)
    for how in SIGNALS:
        yield told_to_end(work / "idle", aim, how, None)
        for number in range(TIMES):
            yield told_to_end(work / f"run-{number}", aim, how, draw.uniform(0.0, aim.seconds * OF_ITS_MAKING))


def told_to_end(folder: Path, aim: Aim, how: signal.Signals, moment: float | None) -> Attempt:
    """Tell a UI to end, idle or so many seconds into a run, and make the month on the command line."""
    month = aim.base.copied(folder)
    watched = Watched(month, start_ui(month.folder, "--profile", PROFILE))
    what = f"{how.name} while idle"
    if moment is not None:
        watched.making(watched.ui.launch(str(MONTH)))
        time.sleep(moment)
        what = f"{how.name} {moment:.1f} s into a run"
    watched.ui.process.send_signal(how)
    code = watched.ui.process.wait(timeout=SECONDS_TO_END)
    found = [] if code == 0 else [f"exit code {code}"]
    found += [f"process {pid} stays" for pid in month.processes_that_stay()]
    found += [f"left: {name}" for name in month.left()] + aim.torn(month)
    said = month.run(*aim.command)
    found += [f"then: {said}"] if said else aim.missed(month)
    shutil.rmtree(folder)
    return Attempt(what, not found, ", ".join(found[:5]) or "exit code 0, nothing left, then whole")


ATTACK = Attack(
    "sigterm",
    "`ui` is told to end by SIGTERM and by Ctrl-C, idle and at a random moment of a run that was launched in it; held: "
    "exit code 0 within a minute, no process and no litter is left, every step's rows are all there or as they were, "
    "and the next refresh ends with the tables and files of an undisturbed one",
    attempts,
)
