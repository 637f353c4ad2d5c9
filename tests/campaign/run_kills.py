"""Kills of a month at any moment as it is made: on the command line, in the UI, with the UI's daemon and web server."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_kills import killed_commands
from tests.campaign.lanes import side_by_side
from tests.campaign.small_month import Aim, aim_of, country, refresh
from tests.campaign.ui_kills import DAEMON, RUN, WEB_SERVER, killed_uis

SEED = 20261129
REFRESHES = 65
OF_A_UI = [*[RUN] * 4, DAEMON, *[RUN] * 4, WEB_SERVER]
"""What is killed of a month that is made in a UI, in order."""
UIS, LANES = 4, 2
"""Months made so, ten kills each; and how many of them at a time: they wait for much, and use little of a machine."""
OF_A_MONTH, SHARE = 7, 0.35


def attempts(work: Path) -> Iterator[Attempt]:
    """Months of UIs, and months of commands side by side with them."""
    aim = aim_of(country(work / "base"), work / "whole", refresh())
    draw = random.Random(SEED + 1)
    yield from side_by_side(
        lambda: killed_commands(work, aim, draw, REFRESHES, OF_A_MONTH, SHARE),
        *(partial(_of_uis, work / f"uis-{lane}", aim, random.Random(SEED + 2 + lane)) for lane in range(LANES)),
    )


def _of_uis(folder: Path, aim: Aim, draw: random.Random) -> Iterator[Attempt]:
    folder.mkdir()
    return killed_uis(folder, aim, draw, [OF_A_UI] * (UIS // LANES))


ATTACK = Attack(
    "run-kills",
    "kill -9 at a random moment: of `refresh`, alone or with all it started, of a run that was launched in the UI, of "
    "the UI's daemon and of its web server while a run goes on; held: the warehouse opens, every step's rows are all "
    "there or as they were, as are other months and each release, no process stays, and the next command or run ends "
    "with the same tables and published files as an undisturbed one, without litter",
    attempts,
)
