"""A run that the kernel kills for want of memory: what is said of it, where and how soon, and what comes after."""

from __future__ import annotations

import os
import resource
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg

from pipelines.live_runs import FOR_MEMORY
from pipelines.settings import MEMORY_LIMIT
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_line import call
from tests.campaign.reboot import said_of
from tests.campaign.running_ui import processes_of, start_ui, until
from tests.campaign.small_month import MONTH, PROFILE, Aim, aim_of, country, drops_and_profile, refresh
from tests.campaign.ui_kills import Watched
from tests.small_disk import can_mount

GROUPS = Path("/sys/fs/cgroup/memory")
"""Control groups of version 1; of version 2 the folder above, with other names of files."""
NEEDS = "only root can set a limit to memory, in a control group"
SHARE_OF_NEED = 0.4
"""Of what the command takes at most undisturbed: what it may have, so that it is sure to be killed. Files of
programs, which others have in memory too, count in what it takes and not in what it may have."""
SHARE_FROM_ITS_TURN = 0.15
"""The same of a run of the UI, taken into the group when it has its turn: what it held before does not count."""
MACHINE = 3_000_000_000
"""Bytes of a small machine."""
LARGE, LARGE_LAYERS = 0.5, ("sources", "reference", "organisations")
"""Scale of a month that takes more, and the layers in which it does."""
MORE_THAN_THERE_IS = "12GB"
"""What is set for it: with less, DuckDB would spill, and the month would be made."""
MINUTES = 3
"""Within how many the UI has to say so."""


def can_limit() -> bool:
    """Whether this process may make a control group with a limit to its memory."""
    return can_mount() and (_is_first() or (GROUPS.parent / "cgroup.controllers").exists())


def attempts(work: Path) -> Iterator[Attempt]:
    """A refresh that is killed, and a run of the UI; each is then made with as much memory as it needs."""
    if not can_limit():
        yield Attempt("a limit to memory", False, NEEDS)
        return
    base = country(work / "base")
    aim = aim_of(base, work / "whole", refresh())
    need = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    yield of_the_command_line(work / "command", aim, int(need * SHARE_OF_NEED))
    yield of_the_ui(work / "ui", aim, int(need * SHARE_FROM_ITS_TURN))
    yield of_a_machine(work / "machine")


def of_the_command_line(folder: Path, aim: Aim, limit: int) -> Attempt:
    """A refresh with less memory than it takes, and the next with enough."""
    month = aim.base.copied(folder)
    with group(limit) as members:
        process = month.start(*refresh())
        members.write_text(str(process.pid))
        code = process.wait()
    found = [] if code == -9 else [f"it ended with {code}: {month.said()[-200:]}"]
    found += aim.torn(month)
    run = call(month.folder, *refresh())
    said = " ".join(run.stderr.split())
    found += [] if run.returncode == 0 else [said[-300:]]
    found += [] if FOR_MEMORY in said else [f"it is not said why: {said[:300]}"]
    found += aim.missed(month)
    shutil.rmtree(folder)
    seen = ", ".join(found[:5]) or f"the next says: {said[:300]}"
    return Attempt(f"a refresh within {limit / 1e6:.0f} MB", not found, seen)


def of_the_ui(folder: Path, aim: Aim, limit: int) -> Attempt:
    """A run of the UI whose process has less memory than it takes, and then one with enough."""
    month = aim.base.copied(folder)
    watched = Watched(month, start_ui(month.folder, "--profile", PROFILE))
    run_id = watched.ui.launch(str(MONTH))
    worker = watched.making(run_id)
    with group(limit) as members:
        members.write_text(str(worker))
        run = watched.end_of(run_id)
        ended = time.monotonic()
    found, seen = _said_in_time(watched, run, ended)
    found += _made_again(watched, run_id) + aim.missed(month)
    shutil.rmtree(folder)
    return Attempt(f"a run of the UI within {limit / 1e6:.0f} MB", not found, ", ".join(found[:5]) or seen)


def of_a_machine(folder: Path) -> Attempt:
    """A UI and all that it starts within 3 GB, and a month that takes more; then one with as much as there is."""
    month = drops_and_profile(folder, [MONTH], LARGE)
    watched = Watched(month, start_ui(folder, "--profile", PROFILE, settings={MEMORY_LIMIT: MORE_THAN_THERE_IS}))
    with group(MACHINE) as members:
        for pid in processes_of(watched.ui.home):
            members.write_text(str(pid))
        began = time.monotonic()
        run_id = watched.ui.launch(str(MONTH), LARGE_LAYERS)
        run = watched.end_of(run_id)
        ended = time.monotonic()
        found, seen = _said_in_time(watched, run, ended)
    found += _made_again(watched, run_id) + month.left()
    shutil.rmtree(folder)
    what = f"a month at 1:{1 / LARGE:.0f} in a UI that has {MACHINE / 1e9:.0f} GB with all that it starts"
    return Attempt(what, not found, ", ".join(found[:5]) or f"killed after {ended - began:.0f} s, {seen}")


def _said_in_time(watched: Watched, run: dg.DagsterRun, ended: float) -> tuple[list[str], str]:
    """What is not as it should be of a run that was killed, and how long after its end the UI says why."""
    home = watched.month.home
    found = [] if run.status == dg.DagsterRunStatus.FAILURE else [f"the run is {run.status.value}"]
    with suppress(AssertionError):
        until(lambda: FOR_MEMORY in said_of(home, run.run_id), "the UI says why", MINUTES * 60)
    seconds = time.monotonic() - ended
    found += [] if FOR_MEMORY in said_of(home, run.run_id) else [f"not said why within {MINUTES} minutes"]
    return found, f"said after {seconds:.0f} s"


def _made_again(watched: Watched, run_id: str) -> list[str]:
    """Execute a run again, and end the UI; what is not as it should be."""
    again = watched.end_of(watched.ui.execute_again(run_id))
    watched.ui.process.terminate()
    watched.ui.process.wait()
    return [] if again.status == dg.DagsterRunStatus.SUCCESS else [f"executed again it is {again.status.value}"]


@contextmanager
def group(limit: int) -> Iterator[Path]:
    """A control group with so many bytes: the file that takes the number of a process that is to be in it."""
    above = GROUPS if _is_first() else GROUPS.parent
    folder = above / f"innovation-clusters-{os.getpid()}"
    folder.mkdir()
    try:
        if _is_first():
            (folder / "memory.limit_in_bytes").write_text(str(limit))
        else:
            (folder / "memory.max").write_text(str(limit))
            (folder / "memory.swap.max").write_text("0")
        yield folder / "cgroup.procs"
    finally:
        for pid in (folder / "cgroup.procs").read_text().split():
            with suppress(OSError):
                (above / "cgroup.procs").write_text(pid)
        folder.rmdir()


def _is_first() -> bool:
    return (GROUPS / "memory.limit_in_bytes").exists()


ATTACK = Attack(
    "memory",
    "the kernel kills a refresh that has two fifths of the memory it takes at most, a run of the UI, and one of a "
    "UI that has 3 GB with all that it starts; held: the next command says why, the UI says why within three minutes "
    "of the kill, no table is in part, and what is then made is what an undisturbed month is",
    attempts,
)
