"""The K-density of Duranton and Overman (2005): how dense the distances between a sector's sites are, by distance.

What belongs here: the kernel density of pairs' distances and its bandwidth. What does not: counting the pairs
(`pairs`), what a sector is compared with (`counterfactuals`).

Reference: G. Duranton and H. G. Overman (2005), Testing for localization using micro-geographic data, Review of
Economic Studies 72, 1077-1106. The kernel is Gaussian; its bandwidth is Silverman's (1986, section 3.4.2), of all
pairs; below 0, where there are no distances, it is reflected (Silverman 1986, section 2.10).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from assets.arrays import Floats
from assets.methods.trust.pairs import PairCounts, Sites, pair_counts

SPREAD_SIDE = 200
"""Cells along the longer side of the grid on which the spread of distances is taken, at the most: the bandwidth goes
by the spread over the whole country, which cells of a two-hundredth of it leave as it is to a thousandth."""
BANDWIDTH_IN_CELLS = 5
"""Cells that a bandwidth is wide at the least, where they are not the grid's own: wider ones would not be seen in the
curve. Sites moved to the middles of cells of a fifth of the bandwidth act as one wider by a third of a hundredth."""
KERNEL_REACH = 7.0
"""Bandwidths beyond which the kernel is taken for 0: it is below 1e-10 of its height there."""


@dataclass(frozen=True)
class KDensity:
    """A curve: the density of the distances between pairs, a kilometre, at the distances asked for."""

    density: Floats
    bandwidth_km: float
    cell_km: float
    """Width of the cells at whose middles the sites were taken to be."""


def distances_at(reach_km: float, step_km: float) -> Floats:
    """The distances at which K-densities are taken: 0, step, 2 step, ... reach."""
    return np.arange(int(np.floor(reach_km / step_km + 1e-9)) + 1, dtype=np.float64) * step_km


def k_density(sites: Sites, at_km: Floats) -> KDensity:
    """The K-density of sites at ascending distances from 0, shape (distances,).

    It is a density over distances from 0: over all of them it has the integral 1. The sites are at the middles of
    cells, those of their grid or of one as coarse as the bandwidth lets it be. The bandwidth is at least the width of
    a cell: distances between cells say nothing finer. Raises ValueError where there are fewer than two sites.
    """
    if sites.pairs == 0:
        raise ValueError(f"{sites.sites} sites have no pairs: the K-density needs at least 2")
    bandwidth = max(bandwidth_km(sites), sites.grid.size_km)
    coarse = sites.coarser(max(1, int(bandwidth / (BANDWIDTH_IN_CELLS * sites.grid.size_km))))
    counts = pair_counts(coarse, float(at_km[-1]) + KERNEL_REACH * bandwidth)
    return KDensity(smoothed(counts, at_km, bandwidth) / sites.pairs, bandwidth, coarse.grid.size_km)


def bandwidth_km(sites: Sites) -> float:
    """Silverman's: 0.9 min(standard deviation, interquartile range / 1.34) of all pairs' distances, pairs ** -0.2.

    Where one of the two spreads is 0 the other is taken. The distances are between cells of at most `SPREAD_SIDE` to
    the grid's longer side.
    """
    factor = -(-max(sites.grid.rows, sites.grid.columns) // SPREAD_SIDE)
    counts = pair_counts(sites.coarser(factor))
    mean = np.average(counts.distance_km, weights=counts.pairs)
    deviation = float(np.sqrt((counts.pairs * (counts.distance_km - mean) ** 2).sum() / max(sites.pairs - 1, 1)))
    lower, upper = (_quantile(counts, share) for share in (0.25, 0.75))
    spreads = [spread for spread in (deviation, (upper - lower) / 1.34) if spread > 0]
    return 0.9 * min(spreads, default=0.0) * float(sites.pairs) ** -0.2


def _quantile(counts: PairCounts, share: float) -> float:
    """The quantile of all pairs' distances, linear between the two in whose middle it lies."""
    upto = np.cumsum(counts.pairs)
    position = share * (upto[-1] - 1)
    below, above = counts.distance_km[np.searchsorted(upto, [np.floor(position), np.ceil(position)], side="right")]
    return float(below + (above - below) * (position - np.floor(position)))


def smoothed(counts: PairCounts, at_km: Floats, bandwidth: float) -> Floats:
    """Sum over the pairs of the kernel and of its reflection at 0, a kilometre, at each distance."""
    return np.asarray(_smooth(counts.distance_km, counts.pairs, at_km, bandwidth, KERNEL_REACH))


@njit(cache=True, nogil=True)
def _smooth(distance: Floats, pairs: Floats, at: Floats, bandwidth: float, reach: float) -> Floats:
    total = np.zeros(len(at))
    first = 0
    for index in range(len(at)):
        while first < len(distance) and distance[first] < at[index] - reach * bandwidth:
            first += 1
        for other in range(first, len(distance)):
            beyond = (distance[other] - at[index]) / bandwidth
            if beyond > reach:
                break
            total[index] += pairs[other] * np.exp(-0.5 * beyond * beyond)
        for other in range(len(distance)):
            reflected = (distance[other] + at[index]) / bandwidth
            if reflected > reach:
                break
            total[index] += pairs[other] * np.exp(-0.5 * reflected * reflected)
    return total / (bandwidth * np.sqrt(2 * np.pi))
