"""What the scan's largest score is where there is nothing to find.

What belongs here: null data, the fit of their largest scores, critical scores and p-values. What does not: the scan
itself (`scan`), where fits are kept from run to run (`layer`).

Null data are K sites drawn from all business sites at random without replacement, scored as a sector is. The largest
score follows a Gumbel distribution closely; its parameters change slowly with log K, so a few K are simulated and the
rest is interpolated. The null depends on K and the background alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numba import njit

from assets.arrays import Floats, Integers
from assets.methods.scan.scan import Background, WindowRules, score_sites
from assets.work import ALL_CORES, Engine, over


@dataclass(frozen=True)
class NullSettings:
    """How much is simulated."""

    draws: int
    """Null data sets at each number of cases, at the most."""
    sizes: int
    """Numbers of cases."""
    seed: int
    min_draws: int
    """Null data sets at each number of cases, at the least."""
    all_cases: int
    """Cases drawn in all at each number of cases, as far as the two bounds leave it open."""
    all_sites: int
    """Likewise the business sites that are held against them."""

    def draws_of(self, cases: int, sites: int) -> int:
        """Null data sets made at a number of cases, of a background of so many sites."""
        return min(self.draws, max(self.min_draws, min(self.all_cases // cases, self.all_sites // sites)))


@dataclass(frozen=True)
class NullFit:
    """Gumbel distribution of the largest score at one number of cases."""

    cases: int
    draws: int
    """Null data sets that it is of."""
    location: float
    scale: float


@dataclass(frozen=True)
class Null:
    """The fits of one background, by number of cases ascending."""

    fits: tuple[NullFit, ...]

    def critical_score(self, cases: int, alpha: float) -> float:
        """Score that the largest of null data exceeds with probability `alpha`: the scan's penalty."""
        location, scale = self._at(cases)
        return float(location - scale * np.log(-np.log1p(-alpha)))

    def p_values(self, scores: Floats, cases: int) -> Floats:
        """Probability that the largest score of null data reaches each score."""
        location, scale = self._at(cases)
        return np.asarray(-np.expm1(-np.exp(-(scores - location) / scale)))

    def _at(self, cases: int) -> tuple[float, float]:
        """Location and scale, linear in log K between the fits and constant beyond them."""
        log_cases = np.log([fit.cases for fit in self.fits])
        at = np.log(cases)
        location = np.interp(at, log_cases, [fit.location for fit in self.fits])
        return float(location), float(np.interp(at, log_cases, [fit.scale for fit in self.fits]))


def null_sizes(smallest: int, largest: int, sizes: int) -> list[int]:
    """Numbers of cases to simulate: evenly spaced by ratio from the smallest sector to the largest, each once."""
    return sorted({round(size) for size in np.geomspace(smallest, largest, sizes)})


def background_fingerprint(background: Background, rules: WindowRules, settings: NullSettings, code: str = "") -> str:
    """16 hex digits that stay while the null does: of the sites, stretch, the rules for windows, draws, seed, code.

    How many draws are made at a number of cases stands beside the fit: it is the fingerprint's own only at the most.
    """
    digest = hashlib.sha256(repr((code, rules, settings.draws, settings.seed)).encode())
    places = background.places
    # Firms count only by which sites share one: numbers given anew every month must not change the fingerprint.
    first = _first_of_same(background.firm_of_site, int(background.firm_of_site.max(initial=-1)) + 2)
    has_firm = background.firm_of_site >= 0
    for part in (places.coordinates_m, places.points, first, has_firm, background.stretch):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()[:16]


@njit(cache=True, nogil=True)
def _first_of_same(numbers: Integers, count: int) -> Integers:
    """For each number, from -1 to count - 2, the index where it is first met."""
    first = np.full(count, -1)
    found = np.empty(len(numbers), dtype=np.int64)
    for index in range(len(numbers)):
        if first[numbers[index] + 1] < 0:
            first[numbers[index] + 1] = index
        found[index] = first[numbers[index] + 1]
    return found


@dataclass(frozen=True)
class _Null:
    """What all draws share."""

    background: Background
    rules: WindowRules
    seed: int


def simulate_null(
    background: Background,
    sizes: Sequence[int],
    rules: WindowRules,
    settings: NullSettings,
    engine: Engine = ALL_CORES,
) -> tuple[NullFit, ...]:
    """For each number of cases draw null data sets of so many sites, score them and fit their largest scores.

    Each draw has its own seed (of the profile's seed, the number of cases and the draw), so a fit is the same whatever
    else is simulated, in whatever order and by whatever engine.
    """
    # The largest first: what takes long should not begin last.
    draws = [
        (cases, draw)
        for cases in sorted(sizes, reverse=True)
        for draw in range(settings.draws_of(cases, background.sites))
    ]
    scores = over(draws, _largest_score, engine, _Null(background, rules, settings.seed)) if draws else []
    fits = {}
    for cases, of_cases in groupby(zip(draws, scores, strict=True), key=lambda scored: scored[0][0]):
        largest = [score for _, score in of_cases]
        fits[cases] = NullFit(cases, len(largest), *fit_gumbel(largest))
    return tuple(fits[cases] for cases in sizes)


def _largest_score(draw: tuple[int, int], null: _Null) -> float:
    """The largest score of a draw: its number of cases, and which of these it is."""
    random = np.random.default_rng([null.seed, *draw])
    drawn = np.sort(random.choice(null.background.sites, size=draw[0], replace=False, shuffle=False))
    return float(score_sites(drawn, null.background, null.rules).score.max())


def fit_gumbel(maxima: Sequence[float] | Floats) -> tuple[float, float]:
    """Location and scale of a Gumbel distribution by L-moments (Hosking 1990), steady at a few dozen values.

    The scale is kept above a millionth, so that values that are all alike have a distribution too.
    """
    ordered = np.sort(np.asarray(maxima, dtype=np.float64))
    count = len(ordered)
    mean = float(ordered.mean())
    half_difference = 2.0 * float(np.sum(np.arange(count) * ordered)) / (count * max(count - 1, 1)) - mean
    scale = max(half_difference / float(np.log(2.0)), 1e-6)
    return mean - float(np.euler_gamma) * scale, scale
