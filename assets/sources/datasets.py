"""Every dataset that may lie in the sources: who reads it, which tables it fills, and what a month lacks without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from assets.sources.plausibility.measures import Measure
from assets.sources.reading.contract import Delivery, Desk, Reading


@dataclass(frozen=True)
class Dataset:
    """A dataset: a folder in the sources."""

    name: str
    tables: tuple[str, ...]
    """The declared tables that a drop fills; `sources.drops` counts the rows of the first."""
    read: Callable[[Delivery, Desk], Reading]
    """Its reader; raises DropError for a drop that is refused."""
    lacking: str
    """What the month goes without where there is no drop."""
    refers_to: str | None = None
    """The dataset, read earlier, that its rows refer to; it needs a drop too."""
    shipped: str | None = None
    """The shipped list that stands in where there is no drop."""
    reader_version: int = 1
    """Raised whenever the reader would make other rows of the same bytes: drops are then read again."""
    scoped_by_dataset: bool = False
    """Whether the table holds other datasets too, told apart by its column `dataset`."""
    texts: Callable[[Delivery, Desk, int], Iterator[pl.DataFrame]] | None = None
    """Its texts as frames of `key` and `text`, a number of rows at a time; never stored (see `texts`)."""
    profiled: tuple[Measure, ...] = ()
    """Its columns of money, counts and coordinates, whose figures are kept and held against the drop before."""
