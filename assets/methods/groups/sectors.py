"""Sectors side by side: which are read together, the order in which they are run, and one run as an item of work.

What belongs here: batches, and what a run is given and gives back. What does not: reading, what a run does
(`sector_groups`), where it is done (`work`).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from assets.method import SpatialMethod
from assets.methods.groups.sector_groups import (
    Contrast,
    Found,
    Sector,
    find_groups,
    in_site_order,
    points_fingerprint,
    points_of_sector,
)
from assets.work import Engine, over

BATCH_POINTS = 2_000_000
"""Points read at a time, a sector of more alone: a matter of memory."""


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


@dataclass(frozen=True)
class Runs:
    """What the runs of all sectors of a month and profile share."""

    method: SpatialMethod
    contrasts: Mapping[str, Contrast]
    """By grid; of the scan alone."""
    code: str
    """Of the step, as `points_fingerprint` takes it."""
    known: Container[tuple[Sector, str]]
    """Sectors and fingerprints of their points whose groups are there from an earlier month."""
    points: Mapping[tuple[str, str], int]
    """Of each scheme's sectors, in both grids."""


@dataclass(frozen=True)
class Known:
    """A sector whose points are as they were in a run of an earlier month."""

    sector: Sector
    fingerprint: str


def each_sector(
    frames: Iterable[pl.DataFrame],
    runs: Runs,
    engine: Engine,
    keep: Callable[[Found], Found],
    most_points: int = BATCH_POINTS,
) -> dict[Sector, Found | Known]:
    """The groups of each sector, or that they are known; the same whatever the engine.

    Each frame holds whole sectors: scheme, sector and grid, and what `find_groups` takes. A frame is taken when all
    sectors of the one before are under way, and no more than `most_points` are under way at a time, or one sector: no
    more than two frames are held. `keep` is given the groups of each sector as they are found.
    """

    def keep_found(run: tuple[Sector, Found | Known]) -> tuple[Sector, Found | Known]:
        sector, found = run
        return sector, keep(found) if isinstance(found, Found) else found

    return dict(over(_apart(frames), run_sector, engine, runs, keep=keep_found, weigh=_points, most=most_points))


def _apart(frames: Iterable[pl.DataFrame]) -> Iterator[tuple[Sector, pl.DataFrame]]:
    """The sectors of each frame with their points, the largest first; those given out are not held."""
    for frame in frames:
        parts = frame.partition_by("scheme", "sector", "grid", include_key=False, as_dict=True)
        del frame
        left = sorted(parts.items(), key=lambda part: (-part[1].height, part[0]), reverse=True)
        parts.clear()
        while left:
            key, points = left.pop()
            yield Sector(*(str(name) for name in key)), points
            del points


def _points(sector: tuple[Sector, pl.DataFrame]) -> int:
    return sector[1].height


def run_sector(given: tuple[Sector, pl.DataFrame], runs: Runs) -> tuple[Sector, Found | Known]:
    """One sector with its points: its groups, or that they are known."""
    sector, points = given
    contrast, ordered = runs.contrasts.get(sector.grid), in_site_order(points)
    whole = points_of_sector(points.height, runs.points[sector.scheme, sector.sector], runs.method)
    fingerprint = points_fingerprint(ordered, contrast, runs.code, whole)
    if (sector, fingerprint) in runs.known:
        return sector, Known(sector, fingerprint)
    return sector, find_groups(sector, ordered, runs.method, contrast, fingerprint, whole)
