"""The month: what a refresh is of. Partitions and "as of" dates start here; no table or method does."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

FIRST_MONTH_SETTING = "INNOVATION_CLUSTERS_FIRST_MONTH"
TIME_ZONE = "Europe/London"
"""Whose calendar says which month is under way."""


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month. `str(month)` is its partition key, `YYYY-MM`."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `YYYY-MM`; raises ValueError that names the text and what was expected."""
        match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text.strip())
        if match is None or match[1] == "0000":
            raise ValueError(f"{text!r} is not a month: expected YYYY-MM, for example 2025-05")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month a day falls in."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        """First day: how the month stands in the warehouse's `month` columns."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Last day: a drop dated after it is not used."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> Month:
        """The month so many months later (earlier where negative)."""
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def months_to(self, later: Month) -> int:
        """How many months later another is; negative where it is earlier."""
        return (later.year - self.year) * 12 + later.number - self.number

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def month_range(first: Month, last: Month) -> list[Month]:
    """All months from first to last, both included; raises ValueError where last is before first."""
    if last < first:
        raise ValueError(f"the range of months ends ({last}) before it begins ({first})")
    months = [first]
    while months[-1] < last:
        months.append(months[-1].plus(1))
    return months


USUAL_FIRST_MONTH = Month(2025, 1)
"""Fixed, not that of the oldest drop or of the month made first: which months there are must not change with a file."""


def day_in_london(moment: datetime) -> date:
    """The day that it is in London at a moment, which knows its zone."""
    return moment.astimezone(ZoneInfo(TIME_ZONE)).date()


def today_in_london() -> date:
    """The day that it is there now, wherever this runs: in summer it begins an hour before that of UTC."""
    return day_in_london(datetime.now(UTC))


def month_under_way() -> Month:
    """The month that today falls in."""
    return Month.of(today_in_london())


def unmakeable(month: Month, first: Month) -> str | None:
    """Why a month cannot be made, in words; None where it can: from the first of the settings to the one under way."""
    under_way = month_under_way()
    if first <= month <= under_way:
        return None
    return (
        f"{month} cannot be made: give a month from {first}, which {FIRST_MONTH_SETTING} says, to {under_way}, the one "
        "under way"
    )
