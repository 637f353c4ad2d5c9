"""Kills while a new warehouse is made."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_line import call
from tests.warehouse.killing import create, made_again, seconds_of, what_is_wrong

KILLS, SEED = 100, 20261127
BY_THE_COMMAND_LINE = 25
"""Every so many, the next command is a whole refresh and not the making of the warehouse alone."""
BEYOND_THE_END = 1.15
"""Kills fall between the start of a creation and a little after the seconds that the last one took which ended."""


def attempts(work: Path) -> Iterator[Attempt]:
    """Kill, and make the warehouse again by the next command alone."""
    seconds = seconds_of(lambda: create(work / "measured" / "warehouse.duckdb"))
    draw = random.Random(SEED)
    for number in range(KILLS):
        folder = work / f"kill-{number}"
        path = folder / "warehouse.duckdb"
        moment = draw.uniform(0.0, seconds * BEYOND_THE_END)
        ended = create(path, killed_after=moment)
        seconds = ended or seconds
        left = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        problem = _refreshed(folder) if number % BY_THE_COMMAND_LINE == 0 else made_again(path, {})
        what = f"kill {number} after {moment:.3f} s" + ("" if ended is None else ", when it had ended")
        yield Attempt(what, problem is None, f"left {', '.join(left) or 'nothing'}; then {problem or 'whole'}")
        shutil.rmtree(folder)


def _refreshed(folder: Path) -> str | None:
    """A refresh without a source of anything refuses the month, and makes the warehouse all the same."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    said = call(folder, "refresh", "--month", "2025-05")
    if "refused" not in said.stderr or "Traceback" in said.stderr:
        return said.stderr.strip()
    return what_is_wrong(folder / "warehouse.duckdb", {})


ATTACK = Attack(
    "creation-kills",
    "a process that makes a new warehouse is killed at any moment; held: the next command alone makes it whole, "
    "and nothing of the killed one is left",
    attempts,
)
