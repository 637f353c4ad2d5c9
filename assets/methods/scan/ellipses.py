"""Ellipses: the circle or ellipse about a window that holds most of a group, and little else.

What belongs here: the search for it. What does not: whether there is a group at all, which the scan of the tree has
tested (`scan`), what becomes of several (`settling`).

A node of the tree is as ragged as chance: it takes in firms of the background that happen to be linked, and loses
members at the fringe. Of the ellipses about it the one with the greatest log likelihood ratio is sought by moving,
turning, stretching and cutting (Kulldorff and others 2006 scan ellipses of fixed shapes); an ellipse has to gain more
on the best circle than its two further parameters would by chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numba import njit

from assets.arrays import Bools, Floats, Integers
from assets.methods.scan.scan import Counted, WindowRules

LEAST_STEP = 0.05
"""Steps of the search end here: a twentieth of the ellipse's half axis, and of a radian."""
FIRST_STEP = 0.5
FIRST_RATIO = 1.7
"""Half axes of the first ellipses, long over short."""
TURNS = 4
"""Ellipses that the search begins from, turned evenly, beside the one of the window's own spread."""
MOST_PLACES = 20_000
"""Places of business about a window that are looked at one by one: of more, those without a point of the sector are
gathered in cells while the ellipse is sought. A matter of speed."""
CELLS = 100
"""Cells across what is looked at."""


@dataclass(frozen=True)
class EllipseRules:
    """How far the search goes."""

    max_ratio: float
    """Greatest ratio of the half axes."""
    cost: float
    """Log likelihood that an ellipse has more than the best circle."""
    reach_factor: float
    """What lies about a window is looked at up to this many times its own radius, and ..."""
    reach_m: float
    """... so many metres."""


class Ellipse(NamedTuple):
    """What a search found."""

    places: Integers
    """Of the sector, ascending; none where no ellipse is a window by the rules."""
    cases: float
    """k, of what counts."""
    controls: float
    """n, likewise."""
    score: float
    """Log likelihood ratio."""


class Surroundings:
    """A sector's places among business, to look about windows of it."""

    def __init__(self, counted: Counted, sites_m: Floats, sites: Integers, rules: WindowRules, ellipses: EllipseRules):
        """`sites_m` and `sites` are the background's places, ordered by easting, and how many sites are at each."""
        self._counted, self._sites_m, self._ellipses = counted, sites_m, ellipses
        self._sites = sites.astype(np.float64)
        self._sites[counted.at] = counted.controls
        self._has_case = np.zeros(len(sites), dtype=bool)
        self._has_case[counted.at] = True
        self._found: dict[bytes, Ellipse] = {}
        self._limits = _Limits(
            float(counted.all_cases),
            counted.all_controls,
            rules.min_firms,
            rules.addresses.min_places,
            rules.addresses.max_share,
            rules.min_relative_density,
            ellipses.max_ratio,
        )

    def best_about(self, window: Integers, is_free: Bools) -> Ellipse:
        """The best ellipse about some places of the sector; of all its places those in `is_free` are looked at."""
        counted = self._counted
        at = counted.coordinates_m[window]
        weight = counted.cases[window]
        middle = (at * weight[:, None]).sum(axis=0) / weight.sum()
        radius_m = np.sqrt(((at - middle) ** 2).sum(axis=1).max())
        reach_m = self._ellipses.reach_factor * radius_m + self._ellipses.reach_m
        near = _within(counted.coordinates_m, middle, reach_m)
        near = near[is_free[near]]
        # A window is asked for by itself and then among the others: far from any, both are one search.
        asked = blake2b(window.tobytes() + b"/" + near.tobytes(), digest_size=16).digest()
        if asked not in self._found:
            self._found[asked] = self._best_of(window, near, middle, reach_m)
        return self._found[asked]

    def _best_of(self, window: Integers, near: Integers, middle: Floats, reach_m: float) -> Ellipse:
        """The best ellipse about some places of the sector; `near` are those that may be in it."""
        at, weight = self._counted.coordinates_m[window], self._counted.cases[window]
        business = _within(self._sites_m, middle, reach_m)
        exact = self._about(near, self._sites_m[business], self._sites[business])
        about = exact
        if len(business) > MOST_PLACES:
            about = self._about(near, *self._gathered(business, middle, reach_m))
        best = self._search(about, at, weight, middle)
        squared = _squared_distances(about.east, about.north, best)
        score, reach, k, n = _best_cut(exact, self._limits, best)
        inside = near[squared <= reach] if k > 0 else near[:0]
        return Ellipse(inside, k, n, score)

    def _about(self, near: Integers, business_m: Floats, sites: Floats) -> _About:
        counted = self._counted
        east, north = (np.ascontiguousarray(counted.coordinates_m[near, axis]) for axis in range(2))
        business_east, business_north = (np.ascontiguousarray(business_m[:, axis]) for axis in range(2))
        cases = counted.cases[near].astype(np.float64)
        return _About(east, north, cases, counted.firms[near], business_east, business_north, sites)

    def _gathered(self, business: Integers, middle: Floats, reach_m: float) -> tuple[Floats, Floats]:
        """Places of business and their sites: those with a point of the sector as they are, others cell by cell."""
        alone, other = business[self._has_case[business]], business[~self._has_case[business]]
        column, row = np.floor((self._sites_m[other] - (middle - reach_m)) * (CELLS / (2 * reach_m))).astype(int).T
        _, cell = np.unique(row * (CELLS + 1) + column, return_inverse=True)
        sites = np.bincount(cell, self._sites[other])
        gathered = [np.bincount(cell, self._sites[other] * self._sites_m[other, axis]) / sites for axis in range(2)]
        return (
            np.vstack([self._sites_m[alone], np.column_stack(gathered)]),
            np.concatenate([self._sites[alone], sites]),
        )

    def _search(self, about: _About, at: Floats, weight: Integers, middle: Floats) -> Floats:
        """Shape of the best circle, or of the best ellipse where that gains its cost."""
        starts = [np.array([*centre, 0.0, 0.0]) for centre in (middle, np.median(at, axis=0))]
        circles = [_climb(about, self._limits, start, False) for start in starts]
        circle = circles[int(circles[1][0] > circles[0][0])]
        starts = [np.array([*circle[1][:2], np.pi * turn / TURNS, np.log(FIRST_RATIO)]) for turn in range(TURNS)]
        if len(at) > 2:
            long_short, axes = np.linalg.eigh(np.cov(at.T, aweights=weight))
            ratio = np.sqrt(long_short[1] / max(long_short[0], 1.0))
            turn = np.arctan2(axes[1, 1], axes[0, 1])
            starts.append(np.array([*middle, turn, np.log(np.clip(ratio, 1.1, self._ellipses.max_ratio))]))
        best = circle[0] + self._ellipses.cost
        shape = circle[1]
        for start in starts:
            score, found = _climb(about, self._limits, start, True)
            if score > best:
                best, shape = score, found
        return shape


class _About(NamedTuple):
    """What lies about a window: the sector's places, then those of business. All shape (places,)."""

    east: Floats
    north: Floats
    cases: Floats
    firms: Integers
    business_east: Floats
    business_north: Floats
    sites: Floats


class _Limits(NamedTuple):
    all_cases: float
    all_controls: float
    min_firms: int
    min_places: int
    max_share: float
    min_relative_density: float
    max_ratio: float


def _within(ordered_m: Floats, middle: Floats, reach_m: float) -> Integers:
    """Indices of the places within a distance, of those ordered by easting."""
    first, last = np.searchsorted(ordered_m[:, 0], [middle[0] - reach_m, middle[0] + reach_m])
    apart = ordered_m[first:last] - middle
    return first + np.flatnonzero((apart * apart).sum(axis=1) <= reach_m * reach_m)


@njit(cache=True, nogil=True)
def _squared_distances(east: Floats, north: Floats, shape: Floats) -> Floats:
    """How large the ellipse of a shape is that goes through each place: its half axis squared, square metres.

    A shape is easting and northing of the middle, the turn of the long axis in radians, and the log of the ratio.
    """
    along_east, along_north, ratio = np.cos(shape[2]), np.sin(shape[2]), np.exp(shape[3])
    squared = np.empty(len(east))
    for place in range(len(east)):
        by_east, by_north = east[place] - shape[0], north[place] - shape[1]
        along = by_east * along_east + by_north * along_north
        across = (by_north * along_east - by_east * along_north) * ratio
        squared[place] = along * along + across * across
    return squared


@njit(cache=True, nogil=True)
def _best_cut(about: _About, limits: _Limits, shape: Floats) -> tuple[float, float, float, float]:
    """Of the ellipses of a shape the best: score, half axis squared, k and n; all 0 where none is a window."""
    squared = _squared_distances(about.east, about.north, shape)
    order = np.argsort(squared)
    outwards = squared[order]
    count = len(order)
    entering = np.zeros(count)
    business = _squared_distances(about.business_east, about.business_north, shape)
    for place in range(len(business)):
        if business[place] <= outwards[count - 1]:
            entering[np.searchsorted(outwards, business[place])] += about.sites[place]
    share = limits.all_cases / limits.all_controls
    k, n, firms, most_firms = 0.0, 0.0, 0, 0
    best = (0.0, 0.0, 0.0, 0.0)
    for cut in range(count):
        k += about.cases[order[cut]]
        n += entering[cut]
        firms += about.firms[order[cut]]
        most_firms = max(most_firms, about.firms[order[cut]])
        if cut + 1 < count and outwards[cut + 1] == outwards[cut]:
            continue
        if firms < limits.min_firms or cut + 1 < limits.min_places or most_firms > limits.max_share * firms:
            continue
        if k < limits.min_relative_density * n * share or k <= n * share:
            continue
        score = _ratio(k, max(n, k), limits.all_cases, limits.all_controls)
        if score > best[0]:
            best = (score, outwards[cut], k, max(n, k))
    return best


@njit(cache=True, nogil=True)
def _ratio(k: float, n: float, all_cases: float, all_controls: float) -> float:
    """The log likelihood ratio of `scan.log_likelihood_ratio`, where k exceeds its expectation."""
    share = all_cases / all_controls
    return _gain(k, n, share) + _gain(all_cases - k, all_controls - n, share)


@njit(cache=True, nogil=True)
def _gain(k: float, n: float, share: float) -> float:
    of_cases = k * np.log(k / (n * share)) if k > 0 else 0.0
    return of_cases + ((n - k) * (np.log1p(-k / n) - np.log1p(-share)) if n > k else 0.0)


@njit(cache=True, nogil=True)
def _climb(about: _About, limits: _Limits, start: Floats, is_ellipse: bool) -> tuple[float, Floats]:
    """Score and shape of the best ellipse that small moves of middle, turn and ratio lead to; or of the best circle."""
    shape = start.copy()
    score, squared, _, _ = _best_cut(about, limits, shape)
    step = FIRST_STEP
    while step > LEAST_STEP:
        half_m = np.sqrt(max(squared, 10_000.0))
        is_better = False
        for part in range(4 if is_ellipse else 2):
            for sign in (-1.0, 1.0):
                moved = shape.copy()
                along_east, along_north = np.cos(shape[2]), np.sin(shape[2])
                by = sign * step * half_m
                if part == 0:
                    moved[0] += by * along_east
                    moved[1] += by * along_north
                elif part == 1:
                    moved[0] -= by / np.exp(shape[3]) * along_north
                    moved[1] += by / np.exp(shape[3]) * along_east
                elif part == 2:
                    moved[2] += sign * step
                else:
                    moved[3] = min(max(moved[3] + sign * step, 0.0), np.log(limits.max_ratio))
                found, cut, _, _ = _best_cut(about, limits, moved)
                # A little more, so that rounding cannot send it in circles.
                if found > score + 1e-9:
                    score, squared, shape, is_better = found, cut, moved, True
        if not is_better:
            step /= 2
    return score, shape
