"""Sectors side by side: which are read together, and their runs over threads.

What belongs here: batches and the order in which sectors are run. What does not: reading, what a run does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from assets.methods.groups.sector_groups import Sector

BATCH_POINTS = 2_000_000
"""Points read at a time, a sector of more alone: a matter of memory."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Batch:
    """Sectors of one scheme that are read together."""

    scheme: str
    sectors: tuple[str, ...]


def batches(counts: pl.DataFrame, most_points: int = BATCH_POINTS) -> list[Batch]:
    """Batches of at most so many points or one sector, the largest sectors first.

    `counts` has scheme, sector and points, a row or several a sector.
    """
    sizes = counts.group_by("scheme", "sector").agg(pl.col("points").sum())
    found: list[tuple[str, list[str], int]] = []
    for row in sizes.sort("points", "scheme", "sector", descending=[True, False, False]).iter_rows(named=True):
        last = next((place for place in reversed(range(len(found))) if found[place][0] == row["scheme"]), None)
        if last is not None and found[last][2] + row["points"] <= most_points:
            scheme, sectors, points = found[last]
            found[last] = (scheme, [*sectors, row["sector"]], points + row["points"])
        else:
            found.append((row["scheme"], [row["sector"]], row["points"]))
    return [Batch(scheme, tuple(sectors)) for scheme, sectors, _ in found]


def over_threads(
    run: Callable[[Sector, pl.DataFrame], Result], read: Iterable[pl.DataFrame], threads: int | None
) -> Mapping[Sector, Result]:
    """The result of each sector; the same whatever the number of threads, None being one a core.

    Each frame read holds whole sectors: scheme, sector and grid, and what `run` is given. The next is read while the
    last is still run, so that no more than two are held.
    """
    results: dict[Sector, Future[Result]] = {}
    before: list[Future[Result]] = []
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        for frame in read:
            now: list[Future[Result]] = []
            parts = frame.partition_by("scheme", "sector", "grid", include_key=False, as_dict=True)
            for key, points in sorted(parts.items(), key=lambda part: (-part[1].height, part[0])):
                sector = Sector(*(str(name) for name in key))
                results[sector] = pool.submit(run, sector, points)
                now.append(results[sector])
            wait(before)
            before = now
    return {sector: result.result() for sector, result in results.items()}
