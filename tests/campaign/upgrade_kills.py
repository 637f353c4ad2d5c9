"""Kills while a warehouse with two months in it gains tables."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from assets.warehouse.faults import log_of
from tests.campaign.attempt import Attack, Attempt
from tests.warehouse.killing import contents, create, made_again, seconds_of
from tests.warehouse.two_months import older_of_two_months

KILLS, SEED = 40, 20261128
BEYOND_THE_END = 1.1


def attempts(work: Path) -> Iterator[Attempt]:
    """Kill, and add what lacks by the next command alone."""
    base = older_of_two_months(work / "base")
    before = contents(base)
    rows = sum(count for count, _ in before.values())

    def upgrade(name: str, killed_after: float | None = None) -> tuple[Path, float | None]:
        path = work / name / "warehouse.duckdb"
        path.parent.mkdir()
        shutil.copy(base, path)
        return path, create(path, killed_after)

    seconds = seconds_of(lambda: upgrade("measured")[1])
    draw = random.Random(SEED)
    for number in range(KILLS):
        moment = draw.uniform(0.0, seconds * BEYOND_THE_END)
        path, ended = upgrade(f"kill-{number}", moment)
        seconds = ended or seconds
        log = log_of(path).stat().st_size if log_of(path).exists() else 0
        problem = made_again(path, before)
        what = f"kill {number} after {moment:.3f} s" + ("" if ended is None else ", when it had ended")
        yield Attempt(what, problem is None, f"left a log of {log} bytes; then {problem or f'whole, {rows} rows kept'}")
        shutil.rmtree(path.parent)


ATTACK = Attack(
    "upgrade-kills",
    "a process that adds most of the tables to a warehouse with two months in it, made by an earlier version, is "
    "killed at any moment; held: the next command alone adds them, and every earlier row is there",
    attempts,
)
