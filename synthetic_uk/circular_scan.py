"""The comparator: Kulldorff's circular scan, as plain as it is published.

What belongs here: circles around cases, their score, those kept. What does not: anything of our own method; nothing
here is used by it.

Kulldorff 1997: circles around every case, out to every further case, up to a greatest radius; the log likelihood ratio
of the Poisson model; clusters in the order of their score, each without overlap with one before it; those above a
quantile of the largest score on data without any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numba import njit
from scipy.special import xlogy

from assets.arrays import Bools, Floats, Integers


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


def poisson_log_likelihood_ratio(cases: Floats, expected: Floats, all_cases: float) -> Floats:
    """Kulldorff's log likelihood ratio of c cases where E were expected, of C in all; 0 where c <= E. One shape."""
    outside, expected_outside = all_cases - cases, all_cases - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = xlogy(cases, cases / expected) + xlogy(outside, outside / expected_outside)
    return np.where(cases > expected, ratio, 0.0)


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
        span = coordinates.max(axis=0) - coordinates.min(axis=0)
        side = max(min(reach.radius, float(span.max())) / CELLS_PER_RADIUS, 1e-12)
        cell = np.floor((coordinates - coordinates.min(axis=0)) / side).astype(np.int64)
        self._columns, self._rows = (int(number) for number in cell.max(axis=0) + 1)
        number = cell[:, 1] * self._columns + cell[:, 0]
        self._order = np.argsort(number, kind="stable")
        self._starts = np.searchsorted(number[self._order], np.arange(self._columns * self._rows + 1))
        self._side = side

    def clusters(self, cases: Integers, critical_score: float = 0.0) -> list[Circle]:
        """Circles above a score, without overlap, those of the greatest scores first; `cases` has shape (areas,).

        Each is the best that keeps clear of those before it.
        """
        found: list[Circle] = []
        is_free = np.ones(len(cases), dtype=bool)
        best = self._best(cases, is_free, self._centres(cases))
        while len(best) and best[:, 1].max() > critical_score:
            centre, score, radius = best[np.argmax(best[:, 1])]
            circle = self._circle(cases, int(centre), radius, score)
            found.append(circle)
            is_free[circle.areas] = False
            # What a centre's best circle shares with this one it has to do without; all others stay as they are.
            apart = np.hypot(*(self._coordinates[best[:, 0].astype(np.int64)] - self._coordinates[int(centre)]).T)
            again = apart <= best[:, 2] + radius
            centres = best[again, 0].astype(np.int64)
            best = np.vstack([best[~again], self._best(cases, is_free, centres[is_free[centres]])])
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
        limits = np.array([reach.radius, reach.most_population * self._population.sum(), reach.min_cases])
        layout = np.array([self._columns, self._rows], dtype=np.int64)
        origin = self._coordinates.min(axis=0)
        found = _best_circles(
            self._coordinates,
            self._population,
            cases,
            is_free,
            centres,
            limits,
            (self._order, self._starts, layout, origin, self._side),
        )
        return np.column_stack([centres, found])[found[:, 0] > 0]


@njit(cache=True, nogil=True)
def _best_circles(
    coordinates: Floats,
    population: Integers,
    cases: Integers,
    is_free: Bools,
    centres: Integers,
    limits: Floats,
    cells: tuple[Integers, Integers, Integers, Floats, float],
) -> Floats:
    order, starts, layout, origin, side = cells
    all_cases, everybody = cases.sum(), population.sum()
    share = all_cases / everybody
    most = min(limits[0] / side, float(max(layout[0], layout[1])))
    reach = int(np.ceil(most))
    found = np.zeros((len(centres), 2))
    areas = len(cases)
    apart = np.empty(areas)
    near = np.empty(areas, dtype=np.int64)
    for index in range(len(centres)):
        centre = centres[index]
        column = int((coordinates[centre, 0] - origin[0]) / side)
        row = int((coordinates[centre, 1] - origin[1]) / side)
        count, blocked, cases_near = 0, np.inf, 0
        for at in range(max(row - reach, 0), min(row + reach + 1, layout[1])):
            first = at * layout[0] + max(column - reach, 0)
            last = at * layout[0] + min(column + reach, layout[0] - 1)
            for place in range(starts[first], starts[last + 1]):
                area = order[place]
                by = coordinates[area] - coordinates[centre]
                distance = np.sqrt(by[0] * by[0] + by[1] * by[1])
                if distance > limits[0]:
                    continue
                if not is_free[area]:
                    blocked = min(blocked, distance)
                apart[count], near[count] = distance, area
                count += 1
                cases_near += cases[area] > 0
        radii = np.empty(cases_near)
        filled = 0
        for place in range(count):
            if cases[near[place]] > 0:
                radii[filled] = apart[place]
                filled += 1
        radii = np.unique(radii)
        inside, people = np.zeros(len(radii), dtype=np.int64), np.zeros(len(radii), dtype=np.int64)
        for place in range(count):
            ring = np.searchsorted(radii, apart[place])
            if ring < len(radii):
                inside[ring] += cases[near[place]]
                people[ring] += population[near[place]]
        c, n = 0, 0
        for ring in range(len(radii)):
            c += inside[ring]
            n += people[ring]
            if radii[ring] >= blocked or n > limits[1]:
                break
            expected = n * share
            if c < limits[2] or c <= expected:
                continue
            score = c * np.log(c / expected)
            if c < all_cases:
                score += (all_cases - c) * np.log((all_cases - c) / (all_cases - expected))
            if score > found[index, 0]:
                found[index, 0], found[index, 1] = score, radii[ring]
    return found
