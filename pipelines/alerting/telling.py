"""A look at all that may be wrong, and the telling of what is new: by the daemon's sensor, or by a command.

What belongs here: what is looked at, in which order, and what is left for the next look. What does not: any message's
words, how one is delivered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from assets.manners import sentence
from assets.method import find_profiles, shared_method
from pipelines.alerting.delivery import deliver
from pipelines.alerting.messages import Message, where_to_look
from pipelines.alerting.of_runs import of_run
from pipelines.alerting.of_state import of_approval, of_clock, of_disks, of_ticks
from pipelines.alerting.outbox import LOOKED_AT, Outbox, outbox
from pipelines.metrics import write_metrics
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import Settings

ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
OVERLAP_SECONDS = 300.0
"""By which looks overlap: a run's record is written a moment after the time that it bears, and a tick that fails bears
the time at which it began."""
WAIT_SECONDS = 60.0
"""For another process that is telling: longer than a few services take that do not answer."""


@dataclass(frozen=True)
class Look:
    """What came of a look."""

    new: tuple[str, ...]
    """Titles of what had not been told."""
    delivered: int
    """Messages handed over, each address counted."""
    problems: tuple[str, ...]
    """What could not be delivered or written, in words; it is tried again at the next look."""


def look(instance: dg.DagsterInstance, settings: Settings, began: float | None = None) -> Look:
    """Look at runs that have ended, the clock, disks and ticks, and tell what is new to each address.

    `began`: at the first look of an instance what was before this time (seconds since 1970; now where None) is not
    told. Raises OutboxHeldError where another process is at it.
    """
    now = time.time()
    with outbox(instance, now if began is None else began, WAIT_SECONDS) as box:
        before, problems = set(box.known), list[str]()
        found = [*_of_runs(instance, settings, box, problems)]
        if settings.alerts.are_on:
            found += _of_state(instance, settings, box.looked, now)
        new = [message for message in found if message.key not in before]
        for message in found:
            box.add(message, len(settings.alerts.addresses), now)
        box.forget(found, now)
        box.looked = now
        delivered, undelivered = _deliver(box, settings, now)
    return Look(tuple(message.title for message in new), delivered, (*problems, *undelivered))


def tell(instance: dg.DagsterInstance, settings: Settings, message: Message) -> Look:
    """Tell one thing that whoever calls has found, unless it has been told; what cannot be delivered waits for the next
    look. Raises OutboxHeldError where another process is telling."""
    now = time.time()
    with outbox(instance, now, WAIT_SECONDS) as box:
        is_new = not box.knows(message.key)
        box.add(message, len(settings.alerts.addresses), now)
        delivered, problems = _deliver(box, settings, now)
    return Look((message.title,) if is_new else (), delivered, tuple(problems))


def tell_backup_failed(instance: dg.DagsterInstance, settings: Settings, why: str) -> Look:
    """Tell that a backup could not be made, once a day; `why` is a sentence without values of drops."""
    lines = (f"No backup was made: {why}", *where_to_look(settings.alerts, settings.warehouse))
    day = datetime.now(UTC).date()
    return tell(instance, settings, Message(f"backup:{day}", "Innovation clusters: the backup failed", lines))


def look_after(
    instance: dg.DagsterInstance, settings: Settings, began: float, warn: Callable[[str], None] | None
) -> None:
    """A look of the command line after its own run, that `began` then. It fails no run: what it cannot do is said."""
    if not settings.alerts.are_on and settings.alerts.metrics is None:
        return
    try:
        problems: Sequence[str] = look(instance, settings, began - OVERLAP_SECONDS).problems
    except Exception as error:  # Whatever it is: the month has been made, or has failed of something else.
        problems = [f"nobody could be told: {sentence(error)}"]
    for problem in problems:
        if warn:
            warn(problem)


def _of_runs(instance: dg.DagsterInstance, settings: Settings, box: Outbox, problems: list[str]) -> Iterator[Message]:
    """What runs that have ended since the last look give to tell; their metrics are written on the way."""
    since = box.looked - OVERLAP_SECONDS
    records = instance.get_run_records(
        dg.RunsFilter(statuses=ENDED, updated_after=datetime.fromtimestamp(since, UTC)), ascending=True
    )
    for record in records:
        looked_at = f"{LOOKED_AT}{record.dagster_run.run_id}"
        # A record is updated after its run's end too, by a tag that someone adds.
        if box.knows(looked_at) or (record.end_time or 0.0) < since:
            continue
        if settings.alerts.metrics:
            try:
                write_metrics(Path(settings.alerts.metrics), instance, record)
            except OSError as error:
                problems.append(f"{settings.alerts.metrics}: metrics are not written: {error.strerror or error}")
        if settings.alerts.are_on:
            message = of_run(instance, record.dagster_run, settings.alerts, settings.warehouse)
            if message is not None:
                yield message
        box.known.setdefault(looked_at, time.time())


def _of_state(instance: dg.DagsterInstance, settings: Settings, since: float, now: float) -> Iterator[Message]:
    refresh = shared_method(find_profiles(settings.profiles, PROFILES_FOLDER)).refresh
    yield from of_clock(settings, refresh, datetime.fromtimestamp(now, UTC))
    yield from of_approval(settings)
    # A folder that cannot be asked is another look's matter, and `health` names it.
    with suppress(OSError):
        yield from of_disks(settings, Path(instance.root_directory))
    yield from of_ticks(instance, settings, since - OVERLAP_SECONDS)


def _deliver(box: Outbox, settings: Settings, now: float) -> tuple[int, list[str]]:
    addresses = settings.alerts.addresses
    for waiting in box.waiting:
        # The setting may have lost addresses since.
        waiting.places = [place for place in waiting.places if place < len(addresses)]
    return box.deliver(lambda place, message: deliver(addresses[place], place, message), settings.alerts.hours, now)
