"""The names that the ONS gives to columns of areas: `LAD25CD`, `ITL125NM`, `Region Code (2025)`, whatever the year.

What belongs here: taking such a name apart, and the newest of several. What does not: which areas a dataset reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

SHORT = re.compile(r"([a-z]+?)(\d?)(\d\d)?(cd|nm)")
"""Area, level where it has several (`itl1`), year, and whether it is the code or the name."""
BARE = re.compile(r"([a-z]+?)()(\d\d)()")
"""The same without what it holds, as in releases until 2025: a code."""
LONG = re.compile(r"(?:(\d{4}) )?(.+?) (code|name)s?(?: \((\d{4})\))?")
"""A label in words, its year before or after."""
SHORT_FORM = re.compile(r" \((?!\d{4}\))[^)]*\)")
"""What stands in brackets and is no year: `(LAD)`."""
NO_YEAR = 0
CENTURY = 70
"""Years of two digits from here on are of the last century."""


@dataclass(frozen=True)
class OnsName:
    """What a column's name says."""

    area: str
    """The kind of area, in small letters, with its level: lad, itl1, or in words."""
    holds: Literal["code", "name"]
    year: int
    """Of the areas' vintage; NO_YEAR where it is not said."""


@dataclass(frozen=True)
class AreaCode:
    """A column with the codes of one kind of area, of any year."""

    label: str
    """The name that messages use."""
    areas: frozenset[str]
    """The kind of area as releases write it, short and in words."""
    newer: int = 0
    """How many columns of newer years are left to others."""

    def newest(self, names: Iterable[str]) -> str | None:
        """Of a header's names (in small letters) the newest that holds these codes, but for those left to others; None
        where none does."""
        read = sorted((found.year, name) for name in names if (found := ons_name(name)) and self._is(found))
        return read[-1 - self.newer][1] if len(read) > self.newer else None

    def _is(self, found: OnsName) -> bool:
        return found.holds == "code" and found.area in self.areas


def ons_name(name: str) -> OnsName | None:
    """What a column's name says of areas; None for one that is not of the ONS's patterns."""
    plain = SHORT_FORM.sub("", " ".join(name.lower().replace("-", " ").split()))
    short = SHORT.fullmatch(plain) or BARE.fullmatch(plain)
    if short:
        area, level, year, holds = short.groups()
        return OnsName(area + level, "name" if holds == "nm" else "code", _year(year))
    long = LONG.fullmatch(plain)
    if long:
        before, area, holds, after = long.groups()
        return OnsName(area, "name" if holds == "name" else "code", int(after or before or NO_YEAR))
    return None


def _year(digits: str | None) -> int:
    if digits is None:
        return NO_YEAR
    return int(digits) + (1900 if int(digits) >= CENTURY else 2000)
