"""Whether the drops of a month are there: of which date each dataset is, how old, what is behind, too old or missing.

What belongs here: the judgement, of dates alone. What does not: finding drops (`delivery/drops`), what the Map and the
Index cannot do without (`needs`), what is done about it (`pipelines/readiness`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from assets.method import Expectation, ExpectedMethod
from assets.months import Month
from assets.sources.delivery.drops import Drop, newest_drops

State = Literal["current", "to be fetched", "due", "too old", "missing"]
"""current: its next drop is not due yet; due: it is, and this one is not too old; missing: needed, and never came."""

EVERY_MONTHS: Mapping[str, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}
"""Months from one drop to the next; none of what comes once."""

SCHEMA = {
    "month": pl.Date,
    "dataset": pl.String,
    "how_often": pl.String,
    "as_of": pl.Date,
    "age_months": pl.Int32,
    "greatest_age_months": pl.Int32,
    "needed_to": pl.String,
    "state": pl.String,
}
"""The columns of `sources.readiness`."""


@dataclass(frozen=True)
class SourceState:
    """How a dataset stands for a month."""

    dataset: str
    expected: Expectation
    drop: Drop | None
    """The drop that the month uses; None where there is none."""
    age_months: int | None
    """From the drop's month to the month made."""
    state: State
    is_past: bool = False
    """Whether a drop of a later month has come: then none of this month is to come any more."""

    @property
    def stops(self) -> bool:
        """Whether the month is not made without anyone asking: what is there is too old, or what is needed missing."""
        return self.state in ("too old", "missing")

    @property
    def is_awaited(self) -> bool:
        """Whether a drop of the month itself may still come, as one of each month does."""
        return self.expected.how_often == "monthly" and self.state == "due" and not self.is_past


def due_after(as_of: date, expected: Expectation) -> Month | None:
    """The month that the drop after one of a date is expected to be of; None where one is for all months."""
    every = EVERY_MONTHS.get(expected.how_often)
    return None if every is None else Month.of(as_of).plus(every)


def judge(
    month: Month,
    drops: Iterable[Drop],
    expected: ExpectedMethod,
    datasets: Sequence[str],
    fetched: Collection[str] = (),
) -> tuple[SourceState, ...]:
    """How each of the datasets stands for a month, in their order.

    A dataset without a drop up to the month that is not needed is left out: it is not in use. What is to be `fetched`
    counts as there, and as of the month.
    """
    drops = list(drops)
    used = newest_drops(drops, month)
    latest = {drop.dataset: drop for drop in sorted(drops)}
    found = []
    for dataset in datasets:
        of_dataset, drop = expected.of(dataset), used.get(dataset)
        is_past = dataset in latest and Month.of(latest[dataset].as_of) > month
        if dataset in fetched:
            found.append(SourceState(dataset, of_dataset, drop, 0, "to be fetched"))
        elif drop is not None:
            age = Month.of(drop.as_of).months_to(month)
            found.append(SourceState(dataset, of_dataset, drop, age, _state(age, of_dataset), is_past))
        elif of_dataset.needed_to != "nothing":
            found.append(SourceState(dataset, of_dataset, None, None, "missing", is_past))
    return tuple(found)


def is_too_old(age_months: int, expected: Expectation) -> bool:
    """Whether a drop is older than is allowed."""
    return expected.greatest_age_months is not None and age_months > expected.greatest_age_months


def _state(age_months: int, expected: Expectation) -> State:
    if is_too_old(age_months, expected):
        return "too old"
    every = EVERY_MONTHS.get(expected.how_often)
    return "due" if every is not None and age_months >= every else "current"


def said(state: SourceState) -> str:
    """How a dataset stands, in words without an end: `events is of 2025-03-01, 2 months old (monthly, at most 3)`."""
    greatest = state.expected.greatest_age_months
    bound = "" if greatest is None else f", at most {greatest}"
    if state.state == "to be fetched":
        return f"{state.dataset} is fetched first"
    if state.drop is None:
        return f"{state.dataset} has no drop ({state.expected.how_often}, needed to {state.expected.needed_to} a month)"
    old = f"{state.age_months} month{'' if state.age_months == 1 else 's'} old"
    return f"{state.dataset} is of {state.drop.as_of}, {old} ({state.expected.how_often}{bound})"


def readiness_rows(month: Month, states: Iterable[SourceState]) -> pl.DataFrame:
    """The rows of `sources.readiness`."""
    rows = [
        {
            "month": month.first_day,
            "dataset": state.dataset,
            "how_often": state.expected.how_often,
            "as_of": state.drop.as_of if state.drop else None,
            "age_months": state.age_months,
            "greatest_age_months": state.expected.greatest_age_months,
            "needed_to": state.expected.needed_to,
            "state": state.state,
        }
        for state in states
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def unrenewed(
    months: Iterable[Month], made: Mapping[Month, Mapping[str, date]], drops: Sequence[Drop]
) -> list[tuple[Month, Month]]:
    """Of months that are to be made in order, those for which nothing new has arrived, each with the month before.

    `made` has for each month that is made the date of the drop of each dataset. Nothing new has arrived for a month
    that is not made yet where each drop that it would use is one that the last month made before it used.
    """
    known = {month: dict(used) for month, used in made.items()}
    found = []
    for month in months:
        uses = {name: drop.as_of for name, drop in newest_drops(drops, month).items()}
        before = max((other for other in known if other < month), default=None)
        if month not in made and uses and before is not None and uses.items() <= known[before].items():
            found.append((month, before))
        known[month] = uses
    return found
