"""Groups out of the windows of the tree that hold one.

Each settles in its ellipse or as the tree has it, and neighbours that are one are joined. What belongs here: the order
in which windows are settled, what is left for the later ones, joining. What does not: which windows hold a group
(`scan`, `null`), the search of an ellipse (`ellipses`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from assets.arrays import Floats, Integers
from assets.methods.density.hierarchy import build_hierarchy
from assets.methods.density.places import NOISE, Places
from assets.methods.scan.ellipses import Ellipse, EllipseRules, Surroundings
from assets.methods.scan.scan import Background, WindowRules, Windows


@dataclass(frozen=True)
class Settled:
    """Groups, numbered from 0. Arrays have shape (groups,) where nothing else is said."""

    of_place: Integers
    """Shape (places,): the group of each of the sector's places, NOISE for those in none."""
    score: Floats
    """Log likelihood ratio of the window that was tested; of several windows the greatest."""
    relative_density: Floats
    """k / E of what lies in the group."""
    linking_distance_m: Floats
    """The longest link between its places, in metres."""


def settle(
    windows: Windows,
    taken: Integers,
    background: Background,
    rules: WindowRules,
    ellipses: EllipseRules,
    penalty: float,
    join_m: float,
) -> Settled:
    """The groups of the windows `taken`, nodes of the tree.

    The window of the greatest score comes first. Its ellipse may hold other windows where it offers more than they do
    together, each less the `penalty`; of a later window half of which lies in earlier groups nothing more is made.
    Groups whose nearest places are no further apart than `join_m`, or than the links of both, are one [ours].
    """
    settling = _Settling(windows, taken, background, rules, ellipses)
    by_itself = [settling.alone(number) for number in range(len(taken))]
    places = windows.hierarchy.places
    of_place = np.full(len(places.points), NOISE, dtype=np.int64)
    found: list[tuple[float, float, float]] = []
    for number in range(len(taken)):
        settled = settling.settle(number, by_itself, penalty)
        if settled is not None:
            of_place[settled.places] = len(found)
            found.append((float(windows.score[settling.nodes[number]]), settled.cases, settled.controls))
    scores, k, n = np.array(found, dtype=np.float64).reshape(-1, 3).T
    one, link_m = _joined(places, of_place, rules.min_samples, join_m)
    groups = len(link_m)
    most = np.zeros(groups)
    np.maximum.at(most, one, scores)
    expected = np.bincount(one, n, groups) * windows.counted.all_cases / windows.counted.all_controls
    in_group = of_place != NOISE
    of_place[in_group] = one[of_place[in_group]]
    return Settled(of_place, most, np.bincount(one, k, groups) / expected, link_m)


class _Settling:
    """The windows in the order of their scores, and which places are still free."""

    def __init__(
        self, windows: Windows, taken: Integers, background: Background, rules: WindowRules, ellipses: EllipseRules
    ) -> None:
        self.nodes = taken[np.argsort(-windows.score[taken], kind="stable")]
        self._windows, self._counted = windows, windows.counted
        sites = background.places
        self._about = Surroundings(windows.counted, sites.coordinates_m, sites.points, rules, ellipses)
        self._is_free = np.ones(len(windows.counted.at), dtype=bool)
        self._window_of = np.full(len(windows.counted.at), NOISE)
        for number, node in enumerate(self.nodes):
            self._window_of[windows.hierarchy.places_under(int(node))] = number
        inside = self._window_of != NOISE
        self._cases = np.bincount(self._window_of[inside], self._counted.cases[inside], len(self.nodes))

    def alone(self, number: int) -> Ellipse:
        """What a window settles in without a place of any other: its own shape where no ellipse is better."""
        places = np.flatnonzero((self._window_of == number) & self._is_free)
        found = self._about.best_about(places, self._is_free & np.isin(self._window_of, (number, NOISE)))
        node = self.nodes[number]
        score = float(self._windows.score[node])
        is_whole = self._counted.cases[places].sum() == self._cases[number]
        if is_whole and found.score <= score:
            return Ellipse(places, float(self._windows.cases[node]), float(self._windows.controls[node]), score)
        return found

    def settle(self, number: int, by_itself: list[Ellipse], penalty: float) -> Ellipse | None:
        """What a window settles in, whose places are free no more then; None where most of it is in earlier groups.

        `by_itself` are the windows alone.
        """
        counted = self._counted
        left = np.flatnonzero((self._window_of == number) & self._is_free)
        if 2 * counted.cases[left].sum() < self._cases[number]:
            return None
        found = self._about.best_about(left, self._is_free)
        held = np.bincount(self._window_of[found.places] + 1, counted.cases[found.places], len(self.nodes) + 1)[1:]
        others = [int(other) for other in np.flatnonzero(2 * held >= self._cases) if other != number]
        if found.score <= by_itself[number].score + sum(by_itself[other].score - penalty for other in others):
            is_as_it_was = self._is_free[by_itself[number].places].all()
            found = by_itself[number] if is_as_it_was else self.alone(number)
        if not len(found.places):
            return None
        self._is_free[found.places] = False
        return found


def _joined(places: Places, of_place: Integers, min_samples: int, join_m: float) -> tuple[Integers, Floats]:
    """The group that each becomes part of, numbered anew, and the longest link of each of these, in metres."""
    groups = int(of_place.max(initial=NOISE)) + 1
    one = np.arange(groups)
    while True:
        members = [
            np.flatnonzero((of_place != NOISE) & (one[of_place] == group))
            for group in range(int(one.max(initial=-1)) + 1)
        ]
        link_m = np.array([_longest_link_m(places, of_group, min_samples) for of_group in members])
        pairs = _near_pairs([places.coordinates_m[of_group] for of_group in members], link_m, join_m)
        if not len(pairs):
            return one, link_m
        near = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(members), len(members)))
        one = connected_components(near, directed=False)[1].astype(np.int64)[one]


def _longest_link_m(places: Places, of_group: Integers, min_samples: int) -> float:
    points = places.points[of_group]
    alone = Places(places.coordinates_m[of_group], points, np.repeat(np.arange(len(of_group)), points))
    return float(build_hierarchy(alone, min(min_samples, len(alone.place_of_point))).longest_link_m[-1])


def _near_pairs(members_m: list[Floats], link_m: Floats, join_m: float) -> Integers:
    """Pairs of groups, shape (pairs, 2), whose nearest members are as near as makes them one."""
    trees = [cKDTree(of_group) for of_group in members_m]
    middle = np.array([(of_group.min(axis=0) + of_group.max(axis=0)) / 2 for of_group in members_m]).reshape(-1, 2)
    radius = np.array([np.hypot(*(np.ptp(of_group, axis=0) / 2)) for of_group in members_m])
    pairs: list[tuple[int, int]] = []
    for first in range(len(members_m)):
        for second in range(first + 1, len(members_m)):
            within_m = max(join_m, min(link_m[first], link_m[second]))
            if np.hypot(*(middle[first] - middle[second])) > within_m + radius[first] + radius[second]:
                continue
            apart_m = trees[first].query(members_m[second], distance_upper_bound=within_m * (1 + 1e-9))[0].min()
            if apart_m <= within_m:
                pairs.append((first, second))
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
