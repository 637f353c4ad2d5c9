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

from assets.arrays import Bools, Floats, Integers
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
    hierarchy, counted = windows.hierarchy, windows.counted
    about = Surroundings(counted, background.places.coordinates_m, background.places.points, rules, ellipses)
    nodes = taken[np.argsort(-windows.score[taken], kind="stable")]
    window_of = np.full(len(counted.at), NOISE)
    for number, node in enumerate(nodes):
        window_of[hierarchy.places_under(int(node))] = number
    cases = np.bincount(window_of[window_of != NOISE], counted.cases[window_of != NOISE], len(nodes))

    def alone(number: int, is_free: Bools) -> Ellipse:
        """What a window settles in without any place of another: its own shape where no ellipse is better."""
        places = np.flatnonzero((window_of == number) & is_free)
        found = about.best_about(places, is_free & np.isin(window_of, (number, NOISE)))
        node = nodes[number]
        if counted.cases[places].sum() == cases[number] and found.score <= windows.score[node]:
            return Ellipse(
                places, float(windows.cases[node]), float(windows.controls[node]), float(windows.score[node])
            )
        return found

    is_free = np.ones(len(counted.at), dtype=bool)
    by_itself = [alone(number, is_free) for number in range(len(nodes))]
    of_place = np.full(len(counted.at), NOISE, dtype=np.int64)
    found: list[tuple[float, float, float]] = []
    for number, node in enumerate(nodes):
        left = np.flatnonzero((window_of == number) & is_free)
        if 2 * counted.cases[left].sum() < cases[number]:
            continue
        settled = about.best_about(left, is_free)
        held = np.bincount(window_of[settled.places] + 1, counted.cases[settled.places], len(nodes) + 1)[1:]
        others = np.flatnonzero((2 * held >= cases) & (np.arange(len(nodes)) != number))
        apart = by_itself[number].score + sum(by_itself[other].score - penalty for other in others)
        if settled.score <= apart:
            settled = by_itself[number] if is_free[by_itself[number].places].all() else alone(number, is_free)
        if not len(settled.places):
            continue
        of_place[settled.places] = len(found)
        is_free[settled.places] = False
        found.append((float(windows.score[node]), settled.cases, settled.controls))
    scores, k, n = np.array(found, dtype=np.float64).reshape(-1, 3).T
    one, link_m = _joined(hierarchy.places, of_place, rules.min_samples, join_m)
    groups = len(link_m)
    most = np.zeros(groups)
    np.maximum.at(most, one, scores)
    expected = np.bincount(one, n, groups) * counted.all_cases / counted.all_controls
    in_group = of_place != NOISE
    of_place[in_group] = one[of_place[in_group]]
    return Settled(of_place, most, np.bincount(one, k, groups) / expected, link_m)


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
