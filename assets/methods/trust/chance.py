"""What the largest scores of the two scans are on a sector that is nothing but chance, as large as is compared.

What belongs here: draws of such sectors, and the critical scores that follow. What does not: the fit of largest scores
(`assets.methods.scan.null`), the scans themselves.

The sectors are held against a draw of business at large, as those that are compared are, so that what a draw adds of
its own is in both. The largest score of circles is fitted as that of windows is: Gumbel, from few draws (Abrams,
Kulldorff and Kleinman 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from assets.arrays import Integers
from assets.methods.scan.circular_scan import CircularScan, Reach
from assets.methods.scan.null import Null, NullFit, fit_gumbel, null_sizes
from assets.methods.scan.scan import Background, WindowRules, score_windows
from assets.methods.trust.scan import ControlRules, Others
from assets.work import Engine, over


@dataclass(frozen=True)
class ChanceRules:
    """How much is drawn, and what is looked for."""

    draws: int
    """At each number of points."""
    sizes: int
    """Numbers of points, at the most."""
    seed: int
    controls: ControlRules
    windows: WindowRules
    reach: Reach


@dataclass(frozen=True)
class Ground:
    """Business at large in one grid, and what chance gives on it."""

    background: Background
    windows: Null
    circles: Null


def circles_of(background: Background, at: Integers, reach: Reach) -> tuple[CircularScan, Integers]:
    """The circular scan of a draw of business, and the cases at each of its places.

    `at`: the place of each point of the sector.
    """
    places = background.places
    scan = CircularScan(places.coordinates_m, places.points, reach)
    return scan, np.bincount(at, minlength=len(places.points))


def ground_of(background: Background, points: Sequence[int], rules: ChanceRules, engine: Engine) -> Ground:
    """Both nulls for sectors of so many points.

    Each draw has its own seed (of the profile's, the number of points and the draw): the same whatever else is drawn,
    and by whatever engine. Each site drawn counts as a firm of its own.
    """
    sizes = null_sizes(min(points), max(points), rules.sizes)
    draws = [(size, draw) for size in reversed(sizes) for draw in range(rules.draws)]
    scores = over(draws, _largest, engine, (background, rules))
    windows, circles = [], []
    for size, drawn in groupby(zip(draws, scores, strict=True), key=lambda one: one[0][0]):
        by_windows, by_circles = np.array([largest for _, largest in drawn]).T
        windows.append(NullFit(size, rules.draws, *fit_gumbel(by_windows)))
        circles.append(NullFit(size, rules.draws, *fit_gumbel(by_circles)))
    return Ground(background, Null(tuple(reversed(windows))), Null(tuple(reversed(circles))))


def _largest(draw: tuple[int, int], shared: tuple[Background, ChanceRules]) -> tuple[float, float]:
    """The largest scores of a draw by windows and by circles."""
    background, rules = shared
    random = np.random.default_rng([rules.seed, *draw])
    cases = np.sort(random.choice(background.sites, size=draw[0], replace=False, shuffle=False))
    at = background.places.place_of_point[cases]
    against = Others(background, at, rules.controls).drawn(at, 1.0, random)
    easting, northing = background.places.coordinates_m[at].T.copy()
    windows = score_windows(easting, northing, np.arange(len(at)), against, rules.windows)
    scan, of_place = circles_of(against, against.places.place_of_point[: len(at)], rules.reach)
    return float(windows.score.max()), scan.largest_score(of_place)
