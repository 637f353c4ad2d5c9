"""Kulldorff's circular scan, as plain as it is published: what is held beside our own scan.

What belongs here: circles around cases, their score, those kept. What does not: anything of our own scan, which is not
made of this.

Kulldorff 1997: circles around every case, out to every further case, up to a greatest radius; the log likelihood ratio
of the Poisson model; clusters in the order of their score, each without overlap with one before it; those above a
quantile of the largest score on data without any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numba import njit

from assets.arrays import Bools, Floats, Integers

SLACK = 1.0 + 1e-9
"""Circles that touch but for rounding overlap."""
CELLS_PER_RADIUS = 6
"""Side of the cells that neighbours are sought in: a matter of speed."""


@dataclass(frozen=True)
class Circle:
    """A window: its areas, what is in it, and its score."""

    areas: Integers
    """Indices, ascending."""
    cases: int
    population: int
    expected: float
    score: float


@njit(cache=True, nogil=True)
def poisson_log_likelihood_ratio(cases: float, expected: float, all_cases: float) -> float:
    """Kulldorff's log likelihood ratio of c cases where E were expected, of C in all; 0 where c <= E."""
    if cases <= expected:
        return 0.0
    ratio = cases * np.log(cases / expected)
    if cases < all_cases:
        ratio += (all_cases - cases) * np.log((all_cases - cases) / (all_cases - expected))
    return float(ratio)


@dataclass(frozen=True)
class Reach:
    """Which circles are looked at."""

    radius: float
    """Greatest radius, in the unit of the coordinates."""
    most_population: float = 0.5
    """Greatest share of the population in a circle."""
    min_cases: int = 2
    centres: Literal["cases", "all"] = "cases"
    """Around which areas: those with cases, or all."""


class CircularScan:
    """The scan of one population; the cases may be drawn again and again."""

    def __init__(self, coordinates: Floats, population: Integers, reach: Reach) -> None:
        """`coordinates` (areas, 2), any unit of a plane; `population` (areas,)."""
        self._coordinates, self._population, self._reach = coordinates, population, reach
        self._cells = _in_cells(coordinates, reach.radius)

    def clusters(self, cases: Integers, critical_score: float = 0.0) -> list[Circle]:
        """Circles above a score, without overlap, those of the greatest scores first; `cases` has shape (areas,).

        Each is the best that keeps clear of those before it.
        """
        found: list[Circle] = []
        is_free = np.ones(len(cases), dtype=bool)
        best = self._best(cases, is_free, self._centres(cases))
        best = best[best[:, 1] > critical_score]
        at = self._coordinates[best[:, 0].astype(np.int64)]
        is_stale = np.zeros(len(best), dtype=bool)
        while len(best):
            first = int(np.argmax(best[:, 1]))
            centre, score, radius = int(best[first, 0]), best[first, 1], best[first, 2]
            if score <= critical_score:
                break
            if is_stale[first]:
                anew = self._best(cases, is_free, np.array([centre]))
                best[first, 1:] = anew[0, 1:] if is_free[centre] and len(anew) else 0.0
                is_stale[first] = False
                continue
            circle = self._circle(cases, centre, radius, score)
            found.append(circle)
            is_free[circle.areas] = False
            # What a centre's best circle shares with this one it has to do without. It has fewer circles left, so that
            # its score bounds what it will be, which is asked when it comes first (Minoux 1978).
            is_stale |= np.hypot(*(at - self._coordinates[centre]).T) <= (best[:, 2] + radius) * SLACK
        return found

    def largest_score(self, cases: Integers) -> float:
        """The score of the best circle, 0 where there is none."""
        best = self._best(cases, np.ones(len(cases), dtype=bool), self._centres(cases))
        return float(best[:, 1].max(initial=0.0))

    def _centres(self, cases: Integers) -> Integers:
        return np.flatnonzero(cases > 0) if self._reach.centres == "cases" else np.arange(len(cases))

    def _circle(self, cases: Integers, centre: int, radius: float, score: float) -> Circle:
        apart = np.sqrt(((self._coordinates - self._coordinates[centre]) ** 2).sum(axis=1))
        inside = np.flatnonzero(apart <= radius)
        population = int(self._population[inside].sum())
        expected = population * int(cases.sum()) / int(self._population.sum())
        return Circle(inside, int(cases[inside].sum()), population, expected, float(score))

    def _best(self, cases: Integers, is_free: Bools, centres: Integers) -> Floats:
        """Centre, score and radius of the best circle around each of some areas, those without any left out."""
        reach = self._reach
        limits = _Limits(reach.radius, reach.most_population * float(self._population.sum()), reach.min_cases)
        people = _People(self._coordinates, self._population, cases, is_free)
        found = _best_circles(people, self._cells, centres, limits)
        return np.column_stack([centres, found])[found[:, 0] > 0]


class _Cells(NamedTuple):
    """Areas by square cells, so that those near another are found."""

    order: Integers
    """Areas, cell by cell."""
    starts: Integers
    """Where each cell begins in `order`, row by row."""
    columns: int
    rows: int
    west: float
    south: float
    side: float


def _in_cells(coordinates: Floats, radius: float) -> _Cells:
    least, span = coordinates.min(axis=0), np.ptp(coordinates, axis=0)
    side = max(min(radius, float(span.max())) / CELLS_PER_RADIUS, 1e-12)
    column, row = np.floor((coordinates - least) / side).astype(np.int64).T
    columns, rows = int(column.max()) + 1, int(row.max()) + 1
    number = row * columns + column
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(columns * rows + 1))
    return _Cells(order, starts, columns, rows, float(least[0]), float(least[1]), side)


class _People(NamedTuple):
    coordinates: Floats
    population: Integers
    cases: Integers
    is_free: Bools


class _Limits(NamedTuple):
    radius: float
    population: float
    cases: int


@njit(cache=True, nogil=True)
def _best_circles(people: _People, cells: _Cells, centres: Integers, limits: _Limits) -> Floats:
    """Score and radius of the best circle around each centre, shape (centres, 2); 0 where there is none."""
    found = np.zeros((len(centres), 2))
    near, apart = np.empty(len(people.cases), dtype=np.int64), np.empty(len(people.cases))
    all_cases = people.cases.sum()
    share = all_cases / people.population.sum()
    for index in range(len(centres)):
        count = _gather(people.coordinates, cells, centres[index], limits.radius, near, apart)
        found[index] = _best_of_rings(people, near[:count], apart[:count], limits, all_cases, share)
    return found


@njit(cache=True, nogil=True)
def _gather(coordinates: Floats, cells: _Cells, centre: int, radius: float, near: Integers, apart: Floats) -> int:
    """Write down the areas within the radius of one and how far they are; gives their number."""
    east, north = coordinates[centre, 0], coordinates[centre, 1]
    column, row = int((east - cells.west) / cells.side), int((north - cells.south) / cells.side)
    reach = int(min(np.ceil(radius / cells.side), max(cells.columns, cells.rows)))
    count = 0
    for at in range(max(row - reach, 0), min(row + reach + 1, cells.rows)):
        first = at * cells.columns + max(column - reach, 0)
        last = at * cells.columns + min(column + reach, cells.columns - 1)
        for place in range(cells.starts[first], cells.starts[last + 1]):
            area = cells.order[place]
            distance = np.sqrt((coordinates[area, 0] - east) ** 2 + (coordinates[area, 1] - north) ** 2)
            if distance <= radius:
                near[count], apart[count] = area, distance
                count += 1
    return count


@njit(cache=True, nogil=True)
def _bins(radii: Floats) -> tuple[Integers, float]:
    """For even bins of distance the first of the ascending radii that lies in each or beyond; and bins a unit."""
    bins = 2 * len(radii)
    bins_per_unit = bins / radii[-1] if radii[-1] > 0 else 0.0
    first = np.empty(int(radii[-1] * bins_per_unit) + 1, dtype=np.int64)
    ring = 0
    for place in range(len(first)):
        while int(radii[ring] * bins_per_unit) < place:
            ring += 1
        first[place] = ring
    return first, bins_per_unit


@njit(cache=True, nogil=True)
def _best_of_rings(
    people: _People, near: Integers, apart: Floats, limits: _Limits, all_cases: float, share: float
) -> tuple[float, float]:
    """Score and radius of the best circle that ends at a case and keeps clear of areas that are taken."""
    blocked = np.inf
    has_case = np.zeros(len(near), dtype=np.bool_)
    for place in range(len(near)):
        has_case[place] = people.cases[near[place]] > 0
        if not people.is_free[near[place]]:
            blocked = min(blocked, apart[place])
    radii = np.unique(apart[has_case])
    if len(radii) == 0:
        return 0.0, 0.0
    inside, around = np.zeros(len(radii)), np.zeros(len(radii))
    first, bins_per_unit = _bins(radii)
    for place in range(len(near)):
        ring = len(radii)
        if apart[place] <= radii[-1]:
            # What `searchsorted` finds, from the first radius of the same bin on: rings are as many as cases.
            ring = first[int(apart[place] * bins_per_unit)]
            while radii[ring] < apart[place]:
                ring += 1
        if ring < len(radii):
            inside[ring] += people.cases[near[place]]
            around[ring] += people.population[near[place]]
    best, radius, c, n = 0.0, 0.0, 0.0, 0.0
    for ring in range(len(radii)):
        c += inside[ring]
        n += around[ring]
        if radii[ring] >= blocked or n > limits.population:
            break
        if c >= limits.cases:
            score = poisson_log_likelihood_ratio(c, n * share, all_cases)
            if score > best:
                best, radius = score, radii[ring]
    return best, radius
