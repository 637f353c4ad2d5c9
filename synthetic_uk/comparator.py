"""The circular scan as it is run beside ours: over business sites, its critical score from draws without groups.

What belongs here: a population of sites, and clusters of some of them. What does not: the scan itself
(`assets.methods.scan.circular_scan`), or what its clusters are compared with (`scan_recovery`, `recovery`).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from assets.arrays import Floats, Integers
from assets.methods.density.places import NOISE
from assets.methods.scan.circular_scan import CircularScan, Reach
from synthetic_uk.streams import stream

RADIUS_M = 15_000.0
"""Greatest radius of the circular scan."""
MIN_CASES = 10
DRAWS = 200
LEVEL = 0.05


@dataclass(frozen=True)
class CriticalScores:
    """What the largest score of data without groups stays below, in all but LEVEL of draws, by the number of cases."""

    cases: tuple[int, ...]
    """Ascending."""
    scores: tuple[float, ...]

    def of(self, cases: int) -> float:
        """Between two numbers that were drawn by the logarithm; beyond them as at the nearest."""
        return float(np.interp(np.log(cases), np.log(self.cases), self.scores))


class Population:
    """Business sites as areas of the circular scan: those at one place are one."""

    def __init__(self, sites_m: Floats) -> None:
        """`sites_m` has shape (sites, 2)."""
        places, self._area = np.unique(sites_m, axis=0, return_inverse=True)
        self._areas = len(places)
        self._scan = CircularScan(places, np.bincount(self._area), Reach(RADIUS_M, min_cases=MIN_CASES))

    def critical_scores(self, cases: Sequence[int], seed: int, purpose: str, draws: int = DRAWS) -> CriticalScores:
        """The critical score at each number of cases, each a part of all sites drawn at random."""
        scores = []
        for count in sorted(set(cases)):
            with ThreadPoolExecutor() as threads:
                largest = list(threads.map(partial(self._largest, count, seed, purpose), range(draws)))
            scores.append(float(np.quantile(largest, 1 - LEVEL)))
        return CriticalScores(tuple(sorted(set(cases))), tuple(scores))

    def labels(self, cases: Integers, critical: CriticalScores) -> Integers:
        """The cluster of each case, NOISE for none; `cases` are indices of sites."""
        of_area = np.full(self._areas, NOISE)
        at = self._area[cases]
        found = self._scan.clusters(np.bincount(at, minlength=self._areas), critical.of(len(cases)))
        for number, circle in enumerate(found):
            of_area[circle.areas] = number
        return np.asarray(of_area[at])

    def _largest(self, cases: int, seed: int, purpose: str, draw: int) -> float:
        drawn = stream(seed, purpose, "circular", draw).choice(len(self._area), cases, replace=False)
        return self._scan.largest_score(np.bincount(self._area[drawn], minlength=self._areas))
