"""Kills of a command that makes a month, or publishes it, again and again until it may end."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.campaign.attempt import Attempt
from tests.campaign.small_month import Aim, SmallMonth


def killed_commands(
    work: Path, aim: Aim, draw: random.Random, kills: int, of_one: int, share: float
) -> Iterator[Attempt]:
    """Months whose command is killed, each `of_one` times at most, until there are so many kills.

    A kill comes within a share of the seconds that the command takes, from its start: what one kill left is gone on
    with by a command that is killed as well, so kills fall everywhere.
    """
    made = 0
    while made < kills:
        month = aim.base.copied(work / f"{aim.command[0]}-{made}")
        seen: list[tuple[str, list[str]]] = []
        is_made = False
        while not is_made and len(seen) < min(of_one, kills - made):
            moment, is_alone = draw.uniform(0.0, aim.seconds * share), draw.random() < 0.5
            is_made = not killed(month, aim.command, moment, is_alone)
            if not is_made:
                how = "alone" if is_alone else "with all it started"
                seen.append((f"{aim.command[0]} killed {how} after {moment:.1f} s", problems(aim, month)))
        yield from ended(aim, month, "" if is_made else month.run(*aim.command), seen)
        made += len(seen)
        shutil.rmtree(month.folder)


def ended(aim: Aim, month: SmallMonth, said: str, seen: list[tuple[str, list[str]]]) -> Iterator[Attempt]:
    """The kills of a month, once it was made in the end."""
    missed = [f"it ended with: {said}"] if said else aim.missed(month)
    end = f"in the end {', '.join(missed[:5]) or 'as undisturbed'}"
    for number, (what, found) in enumerate(seen, start=1):
        torn = f"{', '.join(found[:5])}; " if found else ""
        yield Attempt(f"{what} ({number} of {len(seen)} of a month)", not found and not missed, torn + end)


def problems(aim: Aim, month: SmallMonth) -> list[str]:
    """What a kill left that it must not."""
    return aim.torn(month) + [f"process {pid} stays" for pid in month.processes_that_stay()]


def killed(month: SmallMonth, command: Sequence[str], moment: float, is_alone: bool) -> bool:
    """Start a command and kill it, alone or with all that it started, after so many seconds; False where it ended
    before. Raises AssertionError where it did not end well."""
    process = month.start(*command)
    try:
        code = process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill() if is_alone else os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    assert code == 0, month.said()
    return False
