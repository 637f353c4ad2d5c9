"""The evidence scan: where a sector's points are denser than business at large, over the sector's own hierarchy.

What belongs here: the background, windows and their scores, the selection of disjoint windows. What does not: how
large a score chance alone would give (`null`), the hierarchy itself (`hierarchy`), names of sectors.

A spatial scan statistic (Kulldorff 1997) whose windows are the nodes of a tree (Kulldorff et al. 2003). Cases are the
sector's points, controls are all business sites of the same grid, the cases among them; of both what counts
(`addresses`). The score is the Bernoulli log likelihood ratio: k cases among n sites inside against K - k among N - n
outside. The tree is built on distances relative to the spacing of business at large (`relative_distances`): on metres
alone its nodes follow towns, and a group in a large one is cut up or held by no node.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import xlog1py, xlogy

from assets.arrays import Floats, Integers
from assets.methods.density.hierarchy import Hierarchy, build_hierarchy
from assets.methods.density.place_tree import PlaceTree, plant
from assets.methods.density.places import Places, distinct_places, ordered_places
from assets.methods.scan.addresses import ANY_ADDRESS, AddressRules
from assets.methods.scan.controls import Ascent, last_above, sites_entering
from assets.methods.scan.relative_distances import METRES, StretchRules, stretch_of


@dataclass(frozen=True)
class Background:
    """All business sites of one grid: what a sector is compared with, and what null data are drawn from."""

    places: Places
    firm_of_site: Integers
    """Shape (sites,): a number for each firm; -1 where the organisation at the site is no firm."""
    stretch: Floats
    """Shape (places,): what distances are multiplied by."""
    tree: PlaceTree
    """The k-d tree over its places."""
    sites_before: Integers
    """Shape (places + 1,): sites of the places before each in the order of the tree."""

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
    addresses: AddressRules = ANY_ADDRESS


@dataclass(frozen=True)
class Counted:
    """A sector's places among business: what counts at each. Arrays have shape (places,) where nothing else is said."""

    coordinates_m: Floats
    """Shape (places, 2), ordered by easting, then northing."""
    at: Integers
    """The place of the background where each is."""
    cases: Integers
    """Points that count."""
    controls: Floats
    """Business sites that count."""
    firms: Integers
    """Distinct firms, whatever counts."""
    all_cases: int
    """K."""
    all_controls: float
    """N."""


@dataclass(frozen=True)
class Windows:
    """The nodes of a hierarchy as windows. All arrays have shape (nodes,)."""

    hierarchy: Hierarchy
    counted: Counted
    is_window: NDArray[np.bool_]
    firms: Integers
    """Distinct firms among the cases."""
    cases: Integers
    """k."""
    controls: Floats
    """n, where firms, links and what is known of n allow a window; elsewhere it is not counted, and all sites."""
    expected: Floats
    """E = n K / N."""
    score: Floats
    """Log likelihood ratio; 0 where the node is no window or k does not exceed E."""


def make_background(
    easting: Floats, northing: Floats, firm_of_site: Integers, rules: StretchRules = METRES, threads: int | None = None
) -> Background:
    """The background of one grid from its sites, in any order: metres and firm numbers, shape (sites,).

    `threads` are those the stretch is found with, None being one a core.
    """
    given = np.asarray(firm_of_site, dtype=np.int64)
    by_firm = np.argsort(given, kind="stable")
    # Sites in the order of their places, those at one place in the order of their firms.
    places, by_place = ordered_places(easting[by_firm], northing[by_firm])
    ordered = Places(places.coordinates_m, places.points, places.place_of_point[by_place])
    tree = plant(ordered.coordinates_m)
    before = np.concatenate([[0], np.cumsum(ordered.points[tree.order])])
    stretch = stretch_of(ordered, tree, rules, threads)
    return Background(ordered, given[by_firm][by_place], stretch, tree, before)


def score_windows(
    easting: Floats, northing: Floats, firm_of_point: Integers, background: Background, rules: WindowRules
) -> Windows:
    """Score every node of the hierarchy of a sector's points.

    Coordinates in metres and firm numbers (-1: no firm), shape (points,). Each site of the background enters at the
    first node above its nearest point whose linking distance reaches the distance between the two, stretched as at
    that point; a site that none reaches is in the root alone. Raises ValueError where there are more points than sites
    in the background, or a point where no site is.
    """
    if len(easting) > background.sites:
        raise ValueError(
            f"{len(easting)} points of a sector but {background.sites} business sites in all: "
            "the sector's points must be among the sites"
        )
    places = distinct_places(easting, northing)
    return _score(places, _found_in(places, background), firm_of_point, background, rules)


def score_sites(sites: Integers, background: Background, rules: WindowRules) -> Windows:
    """`score_windows` of some of the background's own sites: their indices, ascending, shape (cases,)."""
    at_place = background.places.place_of_point[sites]
    is_first = np.diff(at_place, prepend=-1) > 0
    at = at_place[is_first]
    of_point = np.cumsum(is_first) - 1
    places = Places(background.places.coordinates_m[at], np.bincount(of_point), of_point)
    return _score(places, at, background.firm_of_site[sites], background, rules)


def _score(
    places: Places, at: Integers, firm_of_point: Integers, background: Background, rules: WindowRules
) -> Windows:
    """Score the nodes over a sector's places, which are at the places `at` of the background, shape (places,)."""
    stretch = background.stretch[at]
    hierarchy = build_hierarchy(places, rules.min_samples, stretch)
    firms = hierarchy.distinct_firms(firm_of_point)
    sites = background.places.points[at]
    counted_cases, counted_sites = rules.addresses.counted(places.points, sites)
    left_out = sites - counted_sites
    counted = Counted(
        places.coordinates_m,
        at,
        counted_cases,
        counted_sites,
        firms[: len(at)],
        int(counted_cases.sum()),
        float(background.sites - left_out.sum()),
    )
    k = hierarchy.subtree_sums(counted.cases)
    share = counted.all_cases / counted.all_controls
    # The sites at the cases' own places enter with them: what these alone make too thin need not be counted further.
    is_dense = k >= rules.min_relative_density * (hierarchy.subtree_sums(counted.controls) * share)
    may_be = is_dense & (firms >= rules.min_firms) & (hierarchy.longest_link_m <= rules.max_link_m)
    may_be &= hierarchy.leaf_count >= rules.addresses.min_places
    may_be &= hierarchy.greatest_under(counted.firms) <= rules.addresses.max_share * firms
    top = last_above(hierarchy.parent, may_be)
    case_of_place = np.full(len(background.places.points), -1)
    case_of_place[at] = np.arange(len(at))
    ascent = Ascent(hierarchy.parent, hierarchy.jump, hierarchy.linking_distance_m, stretch, top[: len(places.points)])
    entering = sites_entering(background.tree, background.sites_before, case_of_place[background.tree.order], ascent)
    entered = hierarchy.subtree_sums(entering) - hierarchy.subtree_sums(left_out)
    n = np.where(top >= 0, np.maximum(entered, k), counted.all_controls)
    n[-1] = counted.all_controls
    expected = n * share
    is_window = may_be & (k >= rules.min_relative_density * expected) & hierarchy.is_settled()
    score = np.zeros(len(n))
    score[is_window] = log_likelihood_ratio(k[is_window], n[is_window], counted.all_cases, counted.all_controls)
    return Windows(hierarchy, counted, is_window, firms, k, n, expected, score)


def places_among(easting: Floats, northing: Floats, background: Background) -> Integers:
    """The place of the background where each of a sector's points is, shape (points,).

    Raises ValueError for a point where no site is.
    """
    places = distinct_places(easting, northing)
    return _found_in(places, background)[places.place_of_point]


def _found_in(places: Places, background: Background) -> Integers:
    """The place of the background where each place is, shape (places,)."""
    found = _search(background.places.coordinates_m, places.coordinates_m)
    missing = np.flatnonzero(found < 0)
    if missing.size:
        easting, northing = places.coordinates_m[missing[0]]
        raise ValueError(
            f"no business site at easting {easting}, northing {northing}, where the sector has a point: "
            "the sector's points must be among the sites"
        )
    return found


@njit(cache=True, nogil=True)
def _search(ordered: Floats, wanted: Floats) -> Integers:
    """Index of each wanted pair of coordinates among others, both in their order; -1 where it is not among them."""
    found = np.full(len(wanted), -1)
    low = 0
    for index in range(len(wanted)):
        east, north = wanted[index, 0], wanted[index, 1]
        high = len(ordered)
        while low < high:
            middle = (low + high) // 2
            if ordered[middle, 0] < east or (ordered[middle, 0] == east and ordered[middle, 1] < north):
                low = middle + 1
            else:
                high = middle
        if low < len(ordered) and ordered[low, 0] == east and ordered[low, 1] == north:
            found[index] = low
    return found


def log_likelihood_ratio(cases: Integers, controls: Integers | Floats, all_cases: int, all_controls: float) -> Floats:
    """Kulldorff's Bernoulli log likelihood ratio of k cases among n sites against K among N; 0 where k <= n K / N.

    The likelihood with one share of cases inside, k / n, and another outside, (K - k) / (N - n), over the likelihood
    with the same share, K / N, everywhere. Arrays of one shape; 0 log 0 is 0.
    """
    k, n = np.asarray(cases, dtype=np.float64), np.asarray(controls, dtype=np.float64)
    share = all_cases / all_controls
    if share >= 1:
        return np.zeros(k.shape)
    ratio = _gain(k, n, share) + _gain(all_cases - k, all_controls - n, share)
    return np.where(k * all_controls > n * all_cases, np.maximum(ratio, 0.0), 0.0)


def _gain(k: Floats, n: Floats, share: float) -> Floats:
    """Binomial log likelihood of k among n at its own share over that at another.

    In quotients near 1, so that nothing is lost where n is many times k.
    """
    of_all = np.maximum(n, 1.0)
    return np.asarray(xlogy(k, k / (of_all * share)) + xlog1py(n - k, -k / of_all) - (n - k) * np.log1p(-share))


def select_windows(parent: Integers, score: Floats, penalty: float) -> Integers:
    """The disjoint nodes with the greatest sum of (score - penalty), ascending; no node below the penalty is taken.

    `parent` and `score`, shape (nodes,), children before parents. One pass up the tree: a node is taken where its own
    excess is above the best that the nodes below it offer together.
    """
    return np.flatnonzero(_select(parent, score - penalty))


@njit(cache=True, nogil=True)
def _select(parent: Integers, excess: Floats) -> NDArray[np.bool_]:
    """True at the nodes taken."""
    nodes = len(parent)
    best_below = np.zeros(nodes)
    taken = np.zeros(nodes, dtype=np.bool_)
    for node in range(nodes):
        taken[node] = excess[node] > best_below[node]
        best = max(excess[node], best_below[node])
        if parent[node] != node:
            best_below[parent[node]] += best
    # From the root down: what lies under a node that is taken is not taken itself.
    covered = np.zeros(nodes, dtype=np.bool_)
    for node in range(nodes - 1, -1, -1):
        above = parent[node]
        covered[node] = above != node and (covered[above] or taken[above])
    return taken & ~covered
