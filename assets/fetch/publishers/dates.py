"""Months as publishers write them in titles and file names."""

from __future__ import annotations

from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def first_of(month: str, year: str) -> date | None:
    """The first day of a month that is written as a name, long or short; None where it is none."""
    name = month[:3].lower()
    return date(int(year), MONTHS.index(name) + 1, 1) if name in MONTHS else None
