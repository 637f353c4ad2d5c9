"""What a comparison of one step with a library consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.database import Warehouse


@dataclass(frozen=True)
class Inputs:
    """What arrays are read from: a made month, and the drops it was made from."""

    warehouse: Warehouse
    sources: Path
    month: Month
    method: MethodProfile
    scratch: Path
    """A folder that is gone afterwards."""

    def read(self, sql: str) -> pl.DataFrame:
        """Rows of a query over the month and profile: `$month`, `$profile`."""
        return self.warehouse.read(sql, month=self.month.first_day, profile=self.method.name)


@dataclass(frozen=True)
class Pair:
    """The same work two ways, ready to be run: all that both need is in memory or on the disk already."""

    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    work: str
    """Of what: `142,312 points`."""
    agreement: Callable[[Any, Any], str]
    """From both results, in words, how far they are the same."""


@dataclass(frozen=True)
class Part:
    """One step beside one library."""

    name: str
    """Short, for the command line."""
    step: str
    theirs: str
    """The library."""
    build: Callable[[Inputs], Pair]
    needs: tuple[str, ...] = ()
    """Modules that must be importable."""


def equal(ours: Any, theirs: Any, what: str) -> str:
    """The usual agreement: all the same, or how many of how many differ."""
    differing = int((ours != theirs).sum())
    return f"the same {what}" if not differing else f"{differing:,} of {len(ours):,} {what} differ"
