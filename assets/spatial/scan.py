"""The evidence scan: where a sector's points are denser than business at large, over the sector's own hierarchy.

What belongs here: the background, windows and their scores, the selection of disjoint windows. What does not: how
large a score chance alone would give (`null`), the hierarchy itself (`hierarchy`), names of sectors.

A spatial scan statistic (Kulldorff 1997) whose windows are the nodes of a tree (Kulldorff et al. 2003). Cases are the
sector's points, controls are all business sites of the same grid, the cases among them. The score is the Bernoulli
log likelihood ratio: k cases among n sites inside against K - k among N - n outside. The tree is built on distances
relative to the spacing of business at large (`ground`): on metres alone its nodes follow towns, and a group in a large
one is cut up or held by no node.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import xlogy

from assets.spatial.ground import METRES, StretchRules, stretch_of
from assets.spatial.hierarchy import Hierarchy, build_hierarchy
from assets.spatial.places import Floats, Integers, Places, distinct_places


@dataclass(frozen=True)
class Background:
    """All business sites of one grid: what a sector is compared with, and what null data are drawn from."""

    places: Places
    firm_of_site: Integers
    """Shape (sites,): a number for each firm; -1 where the organisation at the site is no firm."""
    stretch: Floats
    """Shape (places,): what distances are multiplied by."""

    @property
    def sites(self) -> int:
        """Number of sites, N."""
        return len(self.firm_of_site)


@dataclass(frozen=True)
class WindowRules:
    """Which nodes of a hierarchy are windows."""

    min_samples: int
    """min_samples of the hierarchy."""
    min_firms: int
    """Distinct firms a window has at least."""
    max_link_m: float
    """Longest link of a window in metres, not stretched."""
    min_relative_density: float
    """Cases over expectation, k / E, a window has at least."""


@dataclass(frozen=True)
class Windows:
    """The nodes of a hierarchy as windows. All arrays have shape (nodes,)."""

    hierarchy: Hierarchy
    is_window: NDArray[np.bool_]
    firms: Integers
    """Distinct firms among the cases."""
    cases: Integers
    """k."""
    controls: Integers
    """n."""
    expected: Floats
    """E = n K / N."""
    score: Floats
    """Log likelihood ratio; 0 where the node is no window or k does not exceed E."""


def make_background(
    easting: Floats, northing: Floats, firm_of_site: Integers, rules: StretchRules = METRES
) -> Background:
    """The background of one grid from its sites, in any order: metres and firm numbers, shape (sites,)."""
    firms = np.asarray(firm_of_site, dtype=np.int64)
    order = np.lexsort((firms, northing, easting))
    places = distinct_places(easting[order], northing[order])
    return Background(places, firms[order], stretch_of(places, rules))


def score_windows(
    easting: Floats, northing: Floats, firm_of_point: Integers, background: Background, rules: WindowRules
) -> Windows:
    """Score every node of the hierarchy of a sector's points.

    Coordinates in metres and firm numbers (-1: no firm), shape (points,). Each site of the background enters at the
    first node above its nearest point whose linking distance reaches the distance between the two, stretched as at
    that point; a site that none reaches is in the root alone. Raises ValueError where there are more points than sites
    in the background, or a point where no site is.
    """
    cases = len(easting)
    if cases > background.sites:
        raise ValueError(
            f"{cases} points of a sector but {background.sites} business sites in all: "
            "the sector's points must be among the sites"
        )
    places = distinct_places(easting, northing)
    distance, nearest = cKDTree(places.coordinates_m).query(background.places.coordinates_m)
    stretch = _stretch_at(places, background, distance, nearest)
    hierarchy = build_hierarchy(places, rules.min_samples, stretch)
    entered = hierarchy.first_reaching(nearest.astype(np.int64), distance * stretch[nearest])
    nodes = len(hierarchy.parent)
    entering = np.bincount(entered, weights=background.places.points, minlength=nodes).astype(np.int64)
    k = hierarchy.subtree_sums(hierarchy.places.points)
    n = np.maximum(hierarchy.subtree_sums(entering), k)
    firms = hierarchy.distinct_firms(firm_of_point)
    expected = n * (cases / background.sites)
    is_window = (
        (firms >= rules.min_firms)
        & (hierarchy.longest_link_m <= rules.max_link_m)
        & (k >= rules.min_relative_density * expected)
        & hierarchy.is_settled()
    )
    score = np.where(is_window, log_likelihood_ratio(k, n, cases, background.sites), 0.0)
    return Windows(hierarchy, is_window, firms, k, n, expected, score)


def _stretch_at(places: Places, background: Background, distance_m: Floats, nearest: Integers) -> Floats:
    """The background's stretch at a sector's places, which are found by the background's places at distance 0."""
    stretch = np.full(len(places.points), np.nan)
    here = distance_m == 0
    stretch[nearest[here]] = background.stretch[here]
    missing = np.flatnonzero(np.isnan(stretch))
    if missing.size:
        easting, northing = places.coordinates_m[missing[0]]
        raise ValueError(
            f"no business site at easting {easting}, northing {northing}, where the sector has a point: "
            "the sector's points must be among the sites"
        )
    return stretch


def log_likelihood_ratio(cases: Integers, controls: Integers, all_cases: int, all_controls: int) -> Floats:
    """Kulldorff's Bernoulli log likelihood ratio of k cases among n sites against K among N; 0 where k <= n K / N.

    The likelihood with one share of cases inside, k / n, and another outside, (K - k) / (N - n), over the likelihood
    with the same share, K / N, everywhere. Arrays of one shape; 0 log 0 is 0.
    """
    k, n = np.asarray(cases, dtype=np.float64), np.asarray(controls, dtype=np.float64)
    outside_k, outside_n = all_cases - k, all_controls - n
    ratio = (
        _log_likelihood(k, n)
        + _log_likelihood(outside_k, outside_n)
        - _log_likelihood(np.float64(all_cases), np.float64(all_controls))
    )
    return np.where(k * all_controls > n * all_cases, np.maximum(ratio, 0.0), 0.0)


def _log_likelihood(k: Floats | np.float64, n: Floats | np.float64) -> Floats:
    """Binomial log likelihood of k among n at its own share, without the constant."""
    return np.asarray(xlogy(k, k) + xlogy(n - k, n - k) - xlogy(n, n))


def select_windows(parent: Integers, score: Floats, penalty: float, split_factor: float = 1.0) -> Integers:
    """The disjoint nodes with the greatest sum of (score - penalty), ascending; no node below the penalty is taken.

    `parent` and `score`, shape (nodes,), children before parents. One pass up the tree: a node is taken where its own
    excess is above the best that the nodes below it offer together. With a `split_factor` above 1 [ours] a node also
    takes the place of several below it unless their sum is more than that many times its own: a group spread over
    uneven ground then stays one. The sum taken is at least the greatest one divided by the factor.
    """
    return np.flatnonzero(_select(parent, score - penalty, split_factor))


@njit(cache=True, nogil=True)
def _select(parent: Integers, excess: Floats, split_factor: float) -> NDArray[np.bool_]:
    """True at the nodes taken."""
    nodes = len(parent)
    # Of what lies below each node, later of the node with it: greatest sum, sum taken, parts of the latter.
    greatest = np.zeros(nodes)
    chosen = np.zeros(nodes)
    parts = np.zeros(nodes, dtype=np.int64)
    taken = np.zeros(nodes, dtype=np.bool_)
    for node in range(nodes):
        # The factor is between a whole and its parts: one window below gives way to a greater excess alone.
        is_enough = excess[node] * split_factor > greatest[node]
        if is_enough and (parts[node] > 1 or excess[node] > chosen[node]):
            taken[node], chosen[node], parts[node] = True, excess[node], 1
        greatest[node] = max(greatest[node], excess[node])
        above = parent[node]
        if above != node:
            greatest[above] += greatest[node]
            chosen[above] += chosen[node]
            parts[above] += parts[node]
    # From the root down: what lies under a node that is taken is not taken itself.
    covered = np.zeros(nodes, dtype=np.bool_)
    for node in range(nodes - 1, -1, -1):
        above = parent[node]
        covered[node] = above != node and (covered[above] or taken[above])
    return taken & ~covered
