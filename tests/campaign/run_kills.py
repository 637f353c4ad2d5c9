"""Kills of a month at any moment: made on the command line, made in the UI, with the UI's daemon and web server, and as
it is published and approved."""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_kills import killed_commands
from tests.campaign.folder_kills import killed_folders
from tests.campaign.small_month import MONTH, PROFILE, Aim, aim_of, country, refresh
from tests.campaign.ui_kills import DAEMON, RUN, WEB_SERVER, killed_uis

SEED = 20261129
REFRESHES, PUBLISHINGS, FOLDERS = 65, 45, 50
OF_A_UI = [*[RUN] * 4, DAEMON, *[RUN] * 4, WEB_SERVER]
"""What is killed of a month that is made in a UI, in order."""
UIS, LANES = 4, 2
"""Months made so, ten kills each; and how many of them at a time: they wait for much, and use little of a machine."""
OF_A_MONTH, SHARE = 7, 0.35
OF_A_PUBLISHING, SHARE_OF_PUBLISHING = 4, 0.9
"""A command that publishes alone has its start for the larger half."""
MADE = "sources,reference,organisations,spatial,network,typology,innovation_index"
PUBLISH = ("publish", "--month", str(MONTH), "--profile", PROFILE)


def attempts(work: Path) -> Iterator[Attempt]:
    """Two hundred kills: months of UIs and months of commands side by side."""
    base = country(work / "base")
    aim = aim_of(base, work / "whole", refresh())
    yield from side_by_side(
        lambda: _of_commands(work, aim), *(partial(_of_uis, work, aim, lane) for lane in range(LANES))
    )


def _of_uis(work: Path, aim: Aim, lane: int) -> Iterator[Attempt]:
    folder = _new(work / f"uis-{lane}")
    return killed_uis(folder, aim, random.Random(SEED + 2 + lane), [OF_A_UI] * (UIS // LANES))


def _of_commands(work: Path, aim: Aim) -> Iterator[Attempt]:
    draw = random.Random(SEED + 1)
    yield from killed_folders(_new(work / "folders"), draw, FOLDERS)
    unpublished = aim.base.copied(work / "unpublished")
    said = unpublished.run(*refresh(), "--select", MADE)
    assert not said, said
    publishing = aim_of(unpublished, work / "published", PUBLISH)
    yield from killed_commands(work, publishing, draw, PUBLISHINGS, OF_A_PUBLISHING, SHARE_OF_PUBLISHING)
    yield from killed_commands(work, aim, draw, REFRESHES, OF_A_MONTH, SHARE)


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def side_by_side(*lanes: Callable[[], Iterator[Attempt]]) -> Iterator[Attempt]:
    """The attempts of all lanes as they come; what a lane raises is raised once all have ended."""
    found: queue.Queue[Attempt | BaseException | None] = queue.Queue()

    def follow(lane: Callable[[], Iterator[Attempt]]) -> None:
        try:
            for attempt in lane():
                found.put(attempt)
        except BaseException as error:
            found.put(error)
        finally:
            found.put(None)

    threads = [threading.Thread(target=follow, args=(lane,), daemon=True) for lane in lanes]
    for thread in threads:
        thread.start()
    under_way, errors = len(threads), list[BaseException]()
    while under_way:
        one = found.get()
        if one is None:
            under_way -= 1
        elif isinstance(one, BaseException):
            errors.append(one)
        else:
            yield one
    if errors:
        raise errors[0]


ATTACK = Attack(
    "run-kills",
    "kill -9 at a random moment: of `refresh`, alone or with all it started, of a run that was launched in the UI, of "
    "the UI's daemon and of its web server while a run goes on, of `publish`, and while a release is put in its "
    "folder; held: the warehouse opens, every step's rows are all there or as they were, as are other months and each "
    "release, no process stays, and the next command or run ends with the same tables and published files as an "
    "undisturbed one, without litter",
    attempts,
)
