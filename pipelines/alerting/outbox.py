"""What has been told and what waits to be: kept in Dagster's instance, so that nothing is told twice.

What belongs here: which messages are new, which are still to be delivered and to whom, how long they are tried. What
does not: how one is delivered (`delivery`), what there is to tell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import dagster as dg
from filelock import FileLock, Timeout

from pipelines.alerting.messages import OF_STATES, Message, Weight

KEY = "innovation_clusters/alerts"
"""Of the instance's store of keys and values, beside the cursors of Dagster's daemon."""
LOCK = "alerts.lock"
LOOKED_AT = "looked at:"
"""How the key of a run begins that has been looked at, whatever it gave to tell."""
HOUR, DAY = 3600.0, 86400.0
REMEMBERED_DAYS = 400
"""As long as runs are: a month of last year is not told of anew."""
QUIET_DAYS = 1
"""After so long without it, a state that has come back is told of anew."""

Deliver = Callable[[int, Message], str | None]
"""Hands a message to the address of a place; says why it could not."""


class OutboxHeldError(ValueError):
    """Another process is telling."""


@dataclass
class Waiting:
    """A message that some addresses have not got yet."""

    message: Message
    arose: float
    """Seconds since 1970."""
    places: list[int]
    """Of the addresses, as the setting has them; those that have got it are gone."""


@dataclass
class Outbox:
    """What an instance knows of messages."""

    looked: float
    """Until when runs and ticks have been looked at, in seconds since 1970."""
    known: dict[str, float] = field(default_factory=dict)
    """Key -> when it was last seen."""
    waiting: list[Waiting] = field(default_factory=list)

    def knows(self, key: str) -> bool:
        """Whether it has been told, or waits to be."""
        return key in self.known

    def add(self, message: Message, addresses: int, now: float) -> None:
        """Take a message in, unless one of its key was."""
        if message.key not in self.known and addresses:
            self.waiting.append(Waiting(message, now, [*range(addresses)]))
        self.known[message.key] = now

    def forget(self, seen: Sequence[Message], now: float) -> None:
        """Let go of states that have ended, so that they are told of when they come back, and of what is long past."""
        current = {message.key for message in seen}
        for key, last in [*self.known.items()]:
            lasts = QUIET_DAYS if key.startswith((*OF_STATES, LOOKED_AT)) else REMEMBERED_DAYS
            if key not in current and now - last > lasts * DAY:
                del self.known[key]

    def deliver(self, deliver: Deliver, hours: int, now: float) -> tuple[int, list[str]]:
        """Hand over what waits, oldest first; how many were handed over, and what to say of those that were not.

        An address that does not take one message is not asked for the next: it is asked again at the next look, for so
        many hours after a message arose.
        """
        handed_over, problems, dead = 0, [], set[int]()
        for waiting in self.waiting:
            for place in [*waiting.places]:
                if place in dead:
                    continue
                problem = deliver(place, waiting.message)
                if problem is None:
                    waiting.places.remove(place)
                    handed_over += 1
                else:
                    dead.add(place)
                    problems.append(problem)
        given_up = [each for each in self.waiting if each.places and now - each.arose > hours * HOUR]
        problems += [f"given up after {hours} hours: {each.message.title}" for each in given_up]
        self.waiting = [each for each in self.waiting if each.places and each not in given_up]
        return handed_over, problems

    def to_json(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))


@contextmanager
def outbox(instance: dg.DagsterInstance, began: float, wait_seconds: float) -> Iterator[Outbox]:
    """The instance's outbox, with this process alone at it; stored when it is left, however that is.

    A first one has looked at what was before `began`. Raises OutboxHeldError where another process has it for longer
    than the seconds given.
    """
    lock = FileLock(Path(instance.root_directory) / LOCK)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        said = "another process is telling what is wrong: what is new is told at the next look"
        raise OutboxHeldError(said) from error
    try:
        stored = instance.daemon_cursor_storage.get_cursor_values({KEY}).get(KEY)
        box = _read(json.loads(stored)) if stored else Outbox(began)
        try:
            yield box
        finally:
            instance.daemon_cursor_storage.set_cursor_values({KEY: box.to_json()})
    finally:
        lock.release()


def _read(stored: dict[str, Any]) -> Outbox:
    waiting = []
    for each in stored["waiting"]:
        message = Message(**each["message"])
        message = replace(message, lines=tuple(message.lines), weight=Weight(message.weight))
        waiting.append(Waiting(message, each["arose"], each["places"]))
    return Outbox(stored["looked"], stored["known"], waiting)
