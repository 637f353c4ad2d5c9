"""Which months new drops start, and which of these wait: what the sensor `new_drop` remembers and decides.

What belongs here: the decision, given what lies in the sources, the day, and what was seen before. What does not:
Dagster (`sensors`), how a month stands (`readiness`).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from assets.months import Month, unmakeable
from assets.sources.delivery.drops import Drop, Listing
from pipelines.jobs import innovation_index, monthly_refresh
from pipelines.readiness import drops_wait_ends, method_of, readiness_of_what_is_there
from pipelines.settings import Settings


@dataclass(frozen=True)
class Memory:
    """What the sensor remembers from look to look: its cursor."""

    seen: frozenset[str]
    """Paths of drops that were there before, and of which no month waits."""
    since: Mapping[str, str]
    """For each month, the day on which its first drop was seen."""

    @classmethod
    def read(cls, cursor: str | None) -> Memory | None:
        """From a cursor; None before the first look. A cursor that is a list has the paths alone."""
        if not cursor:
            return None
        found = json.loads(cursor)
        return cls(frozenset(found), {}) if isinstance(found, list) else cls(frozenset(found["seen"]), found["since"])

    def written(self) -> str:
        """As a cursor."""
        return json.dumps({"seen": sorted(self.seen), "since": dict(self.since)})


@dataclass(frozen=True)
class Arrival:
    """A month that a new drop starts, now or later."""

    month: Month
    job: str
    held: str
    """Why it is not started yet, in words; empty where it is."""


def find_arrivals(
    settings: Settings, listing: Listing, before: Memory | None, today: date
) -> tuple[list[Arrival], Memory]:
    """The months that drops which were not seen before start or will start, in order, and what to remember.

    A drop starts the newest month that reads it, where that can be made. It is as if not seen yet for as long as that
    month is held.
    """
    reading = {drop.path: month for drop, month in read_by(listing.drops).items()}
    makeable = {path: month for path, month in reading.items() if unmakeable(month, settings.first_month) is None}
    new = {path: month for path, month in makeable.items() if before is None or path not in before.seen}
    if before is None and new:
        # A first look starts one month, not the whole history.
        newest = max(listing.drops, key=lambda drop: drop.as_of)
        new = {path: month for path, month in new.items() if month == reading[newest.path]}
    since = _since(before, new.values(), today)
    arrivals = [
        _arrival(settings, listing, month, date.fromisoformat(since[str(month)]), today)
        for month in sorted({*new.values()})
    ]
    waiting = {arrival.month for arrival in arrivals if arrival.held}
    return arrivals, Memory(frozenset(path for path in reading if new.get(path) not in waiting), since)


def read_by(drops: Iterable[Drop]) -> dict[Drop, Month]:
    """For each drop the newest month that reads it.

    A drop is read from its own month to the one before the dataset's next drop, and not beyond the newest month of all.
    """
    by_dataset = itertools.groupby(sorted(drops), key=lambda drop: drop.dataset)
    of_datasets = [list(of_dataset) for _, of_dataset in by_dataset]
    newest = max((Month.of(of_dataset[-1].as_of) for of_dataset in of_datasets), default=None)
    found = {}
    for of_dataset in of_datasets:
        for drop, following in itertools.zip_longest(of_dataset, of_dataset[1:]):
            own = Month.of(drop.as_of)
            found[drop] = max(own, Month.of(following.as_of).plus(-1) if following else newest or own)
    return found


def _since(before: Memory | None, months: Iterable[Month], today: date) -> dict[str, str]:
    """The day on which each month's first drop was seen; none to come, where the clock was wrong as it was seen."""
    days = {**{str(month): str(today) for month in months}, **(before.since if before else {})}
    return {month: min(day, str(today)) for month, day in days.items()}


def _arrival(settings: Settings, listing: Listing, month: Month, first_seen: date, today: date) -> Arrival:
    """What becomes of a month that a new drop starts."""
    readiness, is_alone = readiness_of_what_is_there(settings, listing, month)
    job = innovation_index if is_alone else monthly_refresh
    if readiness.hindrances:
        return Arrival(month, job.name, f"{month} is not ready: {'; '.join(readiness.hindrances)}")
    ends = drops_wait_ends(month, first_seen, method_of(settings))
    if readiness.awaited and today < ends:
        return Arrival(month, job.name, f"{month} waits until {ends}: {'; '.join(readiness.awaited)}")
    return Arrival(month, job.name, "")
