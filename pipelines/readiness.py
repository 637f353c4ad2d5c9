"""Whether a month is ready to be made without anyone asking: what hinders it, what it waits for, what to do.

What belongs here: the judgement as schedule and sensor put it, of what lies in the sources. What does not: of dates
(`assets.sources.readiness`), when it is asked for (`schedules`, `arrivals`), a month of nothing new that a person asks
for (`renewal`).
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from assets.innovation_index.steps import index_steps
from assets.method import LAST_DAY_OF_ALL, MethodProfile, find_profiles, shared_method
from assets.months import Month, today_in_london
from assets.sources.delivery.drops import Listing, newest_drops
from assets.sources.delivery.storage import Storage
from assets.sources.needs import index_problems, map_problems
from assets.sources.problems import Problem
from assets.sources.readiness import SourceState, judge, said
from assets.sources.registry import DATASETS, ITEM_SOURCES
from assets.sources.steps import list_all
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import Settings

EVERY_DATASET = tuple(dataset.name for dataset in DATASETS)


@dataclass(frozen=True)
class Readiness:
    """How a month stands, before it is made."""

    month: Month
    address: str
    """Of the sources."""
    states: tuple[SourceState, ...]
    lacking: tuple[Problem, ...]
    """What the Map or the Index cannot do without and has no drop of."""
    is_new: bool
    """Whether anything that the month would use is of the month itself, or is fetched first."""

    @property
    def hindrances(self) -> list[str]:
        """Why the month is not made without anyone asking, whatever is waited for; empty where nothing hinders it."""
        too_old = [f"{said(state)}: {self._place(state)}" for state in self.states if state.stops]
        return [*map(str, self.lacking), *too_old]

    @property
    def awaited(self) -> list[str]:
        """What may still come for the month; empty where its set is whole."""
        return [f"{said(state)}: {self._place(state)}" for state in self.states if state.is_awaited]

    def _place(self, state: SourceState) -> str:
        folder = f"{self.address.rstrip('/')}/{state.dataset}"
        return f"one of {self.month} is expected in {folder}, named {self.month} or a day of it"


def listed(settings: Settings) -> Listing:
    """All that lies in the sources today. Raises SourcesAddressError or DropError where it cannot be looked at."""
    return list_all(Storage(settings.sources, settings.bounds.linked), today_in_london())


def method_of(settings: Settings) -> MethodProfile:
    """What all profiles of a month share. Raises ValueError for profiles that cannot be read or disagree."""
    return shared_method(find_profiles(settings.profiles, PROFILES_FOLDER))


def readiness_of(
    settings: Settings,
    listing: Listing,
    month: Month,
    *,
    index_alone: bool = False,
    fetched: Collection[str] = (),
) -> Readiness:
    """How a month, or the Index alone of it, stands where these drops lie there; what is to be `fetched` counts too."""
    method = method_of(settings)
    datasets = _datasets_of_index(settings.sources) if index_alone else EVERY_DATASET
    states = judge(month, listing.drops, method.expected, datasets, fetched)
    present = {*newest_drops(listing.drops, month), *fetched}
    problems = index_problems if index_alone else map_problems
    is_new = any(state.state == "to be fetched" or state.age_months == 0 for state in states)
    return Readiness(month, settings.sources, states, tuple(problems(present, settings.sources)), is_new)


def readiness_of_what_is_there(settings: Settings, listing: Listing, month: Month) -> tuple[Readiness, bool]:
    """How a month stands, and whether it is the Index alone: where its sources are there and the Map's are not."""
    whole = readiness_of(settings, listing, month)
    alone = readiness_of(settings, listing, month, index_alone=True)
    is_alone = bool(whole.lacking) and not alone.lacking
    return (alone if is_alone else whole), is_alone


def scheduled_wait_ends(month: Month, method: MethodProfile) -> date:
    """The day, of the month after, on which the schedule makes a month of what is there."""
    last = min(method.refresh.day_of_month + method.refresh.wait_days, LAST_DAY_OF_ALL)
    return month.plus(1).first_day.replace(day=last)


def drops_wait_ends(month: Month, first_seen: date, method: MethodProfile) -> date:
    """The day on which the sensor makes a month of what is there, once it has seen a first drop of it: not before the
    month is over."""
    return max(first_seen + timedelta(days=method.refresh.wait_days), month.plus(1).first_day)


@functools.cache
def _datasets_of_index(sources: str) -> tuple[str, ...]:
    """The datasets that the Index is made from: its items, and what else its steps read the tables of."""
    items = {name for source in ITEM_SOURCES for name in source}
    read = {table for step in index_steps(sources) for table in step.reads}
    return tuple(dataset.name for dataset in DATASETS if dataset.name in items or read & set(dataset.tables))
