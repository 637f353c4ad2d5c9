"""What the clock, the disks, and sensors and schedules give to tell.

What belongs here: a month that is late or waits for a person, a disk that is nearly full, ticks that failed. What does
not: runs (`of_runs`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import dagster as dg
from dagster._core.scheduler.instigation import TickStatus

from assets.method import RefreshMethod
from assets.months import Month
from assets.publication.approval import how_to_approve
from assets.publication.folder import months_shown, release_shown, waiting_folder
from assets.sources.bounds import in_words
from pipelines.alerting.messages import Message, Weight, where_to_look
from pipelines.due import due_month
from pipelines.settings import Settings


def of_clock(settings: Settings, refresh: RefreshMethod, now: datetime) -> Iterator[Message]:
    """The month that should be published by now and is not."""
    month, days = due_month(refresh, now), refresh.wait_days + refresh.late_after_days
    publication = Path(settings.publication)
    if month < settings.first_month or month in months_shown(publication):
        return
    why = (
        f"It is made and waits for approval: {_what_to_do(publication, month)}."
        if release_shown(waiting_folder(publication), month)
        else "Either no run was started, or none succeeded: the page of runs says which; `innovation-clusters doctor` "
        "says which drops are missing."
    )
    yield Message(
        f"late:{month}",
        f"Innovation clusters: {month} is late",
        (
            f"{month} is not in {publication.absolute()}, {days} days after its refresh was due "
            f"(day {refresh.day_of_month} of the month after, {refresh.hour}:00 London time).",
            why,
            *where_to_look(settings.alerts, settings.warehouse, page="/runs"),
        ),
    )


def of_approval(settings: Settings) -> Iterator[Message]:
    """Each month that is made and waits for a person; made anew with other rows, it is told of again."""
    publication = Path(settings.publication)
    waiting = waiting_folder(publication)
    for month in months_shown(waiting):
        yield Message(
            f"waits:{release_shown(waiting, month)}",
            f"Innovation clusters: {month} waits for approval",
            (
                f"{month} is made and not published. What to do: {_what_to_do(publication, month)}.",
                *where_to_look(settings.alerts, settings.warehouse, page="/assets/publication/approval"),
            ),
            Weight.warning,
        )


def _what_to_do(publication: Path, month: Month) -> str:
    return f"look at {waiting_folder(publication) / str(month) / 'index.html'}, then {how_to_approve(month)}"


def of_disks(settings: Settings, home: Path) -> Iterator[Message]:
    """Each disk that has less room than the settings say, once for all that lies on it."""
    for folders, free in disks(settings, home):
        if free < settings.alerts.free_disk_bytes:
            names, least = " and ".join(map(str, folders)), in_words(settings.alerts.free_disk_bytes)
            yield Message(
                f"disk:{folders[0]}",
                f"Innovation clusters: a disk is nearly full, {in_words(free)} left",
                (
                    f"The disk of {names} has {in_words(free)} left, less than {least}. "
                    "A month that finds no room is not made; what stands there stays.",
                    *where_to_look(settings.alerts, settings.warehouse),
                ),
                Weight.warning,
            )


def disks(settings: Settings, home: Path) -> list[tuple[list[Path], int]]:
    """The folders that the project writes, by disk, and the bytes free on it; a folder that is not there yet counts as
    the one that it would be made in."""
    found: dict[int, tuple[list[Path], int]] = {}
    for folder in (Path(settings.warehouse).absolute().parent, Path(settings.publication).absolute(), home.absolute()):
        existing = next(place for place in (folder, *folder.parents) if place.is_dir())
        device = existing.stat().st_dev
        folders, _ = found.setdefault(device, ([], shutil.disk_usage(existing).free))
        if existing not in folders:
            folders.append(existing)
    return [*found.values()]


def of_ticks(instance: dg.DagsterInstance, settings: Settings, since: float) -> Iterator[Message]:
    """Each sensor and schedule of which a tick has failed since a time, in seconds since 1970."""
    for state in instance.all_instigator_state():
        ticks = instance.get_ticks(
            state.instigator_origin_id, state.selector_id, after=since, limit=1, statuses=[TickStatus.FAILURE]
        )
        if not ticks:
            continue
        kind = state.instigator_type.value.lower()
        name = state.instigator_name
        error = ticks[0].error
        while error is not None and error.cause is not None:
            error = error.cause
        said = " ".join(error.message.split()) if error and settings.alerts.tells_details else error and error.cls_name
        yield Message(
            f"tick:{name}",
            f"Innovation clusters: the {kind} {name} fails",
            (
                f"A tick of the {kind} {name} failed ({said or 'it says no more'}): it has started nothing.",
                *where_to_look(settings.alerts, settings.warehouse, page="/automation"),
            ),
        )
