"""Which node of a sector's hierarchy each business site enters: the controls of the scan.

What belongs here: the nearest case of every place of the background and the node entered there, box by box. What does
not: the hierarchy, scores, which nodes are windows in the end (`scan`).

A site enters at the first node above its nearest case whose linking distance reaches the distance between the two. Of
several cases equally near the first in the order of places is taken. The background's k-d tree is walked once from the
root down; with each box goes the list of those boxes of the same level that may hold the nearest case of any place in
it. Many boxes need no look at their places: those with one case near that enter one node at their least and at their
greatest distance from it, and those further from every case than anything that counts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from assets.arrays import Floats, Integers
from assets.methods.density.place_tree import PlaceTree

SLACK = 1.0 + 1e-9
"""Distances beyond which nothing counts are widened by this, so that rounding leaves nothing out."""


class Ascent(NamedTuple):
    """What is needed of a hierarchy to walk towards its root, and where the walk may end."""

    parent: Integers
    jump: Integers
    linking_distance_m: Floats
    """Shape (nodes,), as the other two: see `Hierarchy`."""
    stretch: Floats
    """Shape (case places,): what distances from a place are multiplied by."""
    top: Integers
    """Shape (case places,): the last node above each place that counts, -1 where none does."""


@njit(cache=True, nogil=True)
def last_above(parent: Integers, counts: NDArray[np.bool_]) -> Integers:
    """For each node the last that counts on the way to the root, itself included; -1 where none does.

    Shape (nodes,), children before parents. Under a node that counts every node is needed, for what enters it.
    """
    last = np.full(len(parent), -1)
    for node in range(len(parent) - 1, -1, -1):
        above = parent[node]
        if above != node and last[above] >= 0:
            last[node] = last[above]
        elif counts[node]:
            last[node] = node
    return last


def sites_entering(tree: PlaceTree, sites_before: Integers, case_of_place: Integers, ascent: Ascent) -> Integers:
    """Sites that enter each node of the hierarchy, shape (nodes,); those beyond the nodes that count are left out.

    `tree` is the background's and the two arrays are in its order: `sites_before`, shape (places + 1,), sums the sites
    of the places before each, `case_of_place`, shape (places,), is the case place there or -1.
    """
    if (ascent.top < 0).all():
        return np.zeros(len(ascent.parent), dtype=np.int64)
    return _walk(tree, sites_before, _cases(tree, case_of_place, ascent), ascent)


class _Cases(NamedTuple):
    """The cases in the order of the background's tree; what is needed of each stands together with its neighbours'."""

    east: Floats
    north: Floats
    number: Integers
    """The case place that each is."""
    stretch: Floats
    link: Floats
    """The linking distance of the place itself."""
    last_link: Floats
    """The linking distance of the last node that counts above it, -1 where none does."""
    before: Integers
    """Shape (places + 1,): cases before each place of the background."""
    boxes: Floats
    """Shape (nodes, 4): least and greatest easting, least and greatest northing of the cases in each node."""
    reach: Floats
    """Shape (nodes,): the greatest distance that counts from a case in each node; -1 where none does."""


@njit(cache=True, nogil=True)
def _cases(tree: PlaceTree, case_of_place: Integers, ascent: Ascent) -> _Cases:
    count, cases = len(case_of_place), len(ascent.top)
    number = np.empty(cases, dtype=np.int64)
    before = np.zeros(count + 1, dtype=np.int64)
    east, north = np.empty(cases), np.empty(cases)
    found = 0
    for place in range(count):
        if case_of_place[place] >= 0:
            east[found], north[found] = tree.coordinates_m[place, 0], tree.coordinates_m[place, 1]
            number[found] = case_of_place[place]
            found += 1
        before[place + 1] = found
    stretch, link = ascent.stretch[number], ascent.linking_distance_m[number]
    last_link = np.full(cases, -1.0)
    for case in range(cases):
        if ascent.top[number[case]] >= 0:
            last_link[case] = ascent.linking_distance_m[ascent.top[number[case]]]
    nodes = len(tree.starts)
    boxes, reach = np.empty((nodes, 4)), np.full(nodes, -1.0)
    boxes[:, 0::2], boxes[:, 1::2] = np.inf, -np.inf
    for node in range(nodes - 1, -1, -1):
        if node >= tree.first_leaf:
            for case in range(before[tree.starts[node]], before[tree.ends[node]]):
                boxes[node, 0], boxes[node, 1] = min(boxes[node, 0], east[case]), max(boxes[node, 1], east[case])
                boxes[node, 2], boxes[node, 3] = min(boxes[node, 2], north[case]), max(boxes[node, 3], north[case])
                if last_link[case] >= 0:
                    reach[node] = max(reach[node], last_link[case] / stretch[case] * SLACK)
            continue
        for half in (2 * node + 1, 2 * node + 2):
            boxes[node, 0], boxes[node, 1] = min(boxes[node, 0], boxes[half, 0]), max(boxes[node, 1], boxes[half, 1])
            boxes[node, 2], boxes[node, 3] = min(boxes[node, 2], boxes[half, 2]), max(boxes[node, 3], boxes[half, 3])
            reach[node] = max(reach[node], reach[half])
    return _Cases(east, north, number, stretch, link, last_link, before, boxes, reach)


@njit(cache=True, nogil=True)
def _walk(tree: PlaceTree, sites_before: Integers, cases: _Cases, ascent: Ascent) -> Integers:
    starts, ends, before = tree.starts, tree.ends, cases.before
    entering = np.zeros(len(ascent.parent), dtype=np.int64)
    # The boxes that may hold nearest cases, level after level: those of a level begin where those above it end.
    near, apart = np.empty(1024, dtype=np.int64), np.empty(1024)
    level_ends = np.zeros(66, dtype=np.int64)
    near[0], apart[0] = 0, 0.0
    level_ends[1] = 1
    stack, levels = np.empty(66, dtype=np.int64), np.empty(66, dtype=np.int64)
    stack[0], levels[0] = 0, 1
    height = 1
    held_at = np.empty((3, 64))
    held_case = np.empty(64, dtype=np.int64)
    while height > 0:
        height -= 1
        node, level = stack[height], levels[height]
        if level > 1:
            start, end = level_ends[level - 2], level_ends[level - 1]
            while len(near) < end + 2 * (end - start):
                near, apart = np.append(near, near), np.append(apart, apart)
            level_ends[level] = _narrow(tree, cases.boxes, node, near, apart, start, end)
        start, end = level_ends[level - 1], level_ends[level]
        if not _counts(cases.reach, near, apart, start, end):
            continue
        only = near[start]
        first = before[starts[only]]
        is_one_case = end - start == 1 and before[ends[only]] == first + 1
        if is_one_case and _enter_whole(tree, sites_before, node, cases, first, ascent, entering):
            continue
        if node < tree.first_leaf:
            stack[height], levels[height] = 2 * node + 2, level + 1
            stack[height + 1], levels[height + 1] = 2 * node + 1, level + 1
            height += 2
            continue
        held = 0
        for index in range(start, end):
            held += before[ends[near[index]]] - before[starts[near[index]]]
        if held > len(held_case):
            held_at, held_case = np.empty((3, 2 * held)), np.empty(2 * held, dtype=np.int64)
        held = _hold(tree, cases, node, near[start:end], apart[start:end], held_at, held_case)
        for place in range(starts[node], ends[node]):
            case, distance_m = before[place], 0.0
            # A place that is a case is its own nearest: no other is at distance 0.
            if before[place + 1] == case:
                case, distance_m = _nearest(
                    tree.coordinates_m[place, 0], tree.coordinates_m[place, 1], held_at, held_case, held, cases.number
                )
            entered = _entered(cases, case, distance_m, ascent)
            if entered >= 0:
                entering[entered] += sites_before[place + 1] - sites_before[place]
    return entering


@njit(cache=True, nogil=True)
def _counts(reach: Floats, near: Integers, apart: Floats, start: int, end: int) -> bool:
    """True where something may be within the reach of a case in one of the boxes."""
    for index in range(start, end):
        furthest = reach[near[index]]
        if furthest >= 0 and apart[index] <= furthest * furthest:
            return True
    return False


@njit(cache=True, nogil=True)
def _narrow(tree: PlaceTree, boxes: Floats, node: int, near: Integers, apart: Floats, start: int, end: int) -> int:
    """Write behind `end` those halves of the boxes from `start` that may hold a nearest case; gives their end.

    The nearest of a place of the node; `apart` gets the squared distances of the halves.
    """
    west, east, south, north = tree.low[node, 0], tree.high[node, 0], tree.low[node, 1], tree.high[node, 1]
    least = np.inf
    written = end
    for index in range(start, end):
        for half in (2 * near[index] + 1, 2 * near[index] + 2):
            by_east = max(boxes[half, 0] - east, west - boxes[half, 1], 0.0)
            by_north = max(boxes[half, 2] - north, south - boxes[half, 3], 0.0)
            squared = by_east * by_east + by_north * by_north
            # A box without a case is at an infinite distance.
            if squared == np.inf or squared > least:
                continue
            by_east = max(boxes[half, 1] - west, east - boxes[half, 0])
            by_north = max(boxes[half, 3] - south, north - boxes[half, 2])
            least = min(least, by_east * by_east + by_north * by_north)
            near[written], apart[written] = half, squared
            written += 1
    kept = end
    for index in range(end, written):
        near[kept], apart[kept] = near[index], apart[index]
        kept += apart[index] <= least
    return kept


@njit(cache=True, nogil=True)
def _hold(
    tree: PlaceTree, cases: _Cases, node: int, near: Integers, apart: Floats, held_at: Floats, held_case: Integers
) -> int:
    """Write down the cases in some boxes that may be nearest to a place of a leaf; gives their number.

    None is further from the leaf than the case nearest to its middle is from its far corner.
    """
    west, east, south, north = tree.low[node, 0], tree.high[node, 0], tree.low[node, 1], tree.high[node, 1]
    middle_east, middle_north = (west + east) / 2, (south + north) / 2
    corner = np.sqrt((east - middle_east) ** 2 + (north - middle_north) ** 2)
    starts, ends, before, case_east, case_north = tree.starts, tree.ends, cases.before, cases.east, cases.north
    # The nearest box first: it tells how far to look.
    nearest = np.argmin(apart)
    least = most = np.inf
    held = 0
    for turn in range(-1, len(near)):
        index = nearest if turn < 0 else turn
        if (turn >= 0 and index == nearest) or apart[index] > most:
            continue
        for case in range(before[starts[near[index]]], before[ends[near[index]]]):
            at_east, at_north = case_east[case], case_north[case]
            by_east = max(west - at_east, at_east - east, 0.0)
            by_north = max(south - at_north, at_north - north, 0.0)
            squared = by_east * by_east + by_north * by_north
            if squared > most:
                continue
            held_at[0, held], held_at[1, held], held_at[2, held] = at_east, at_north, squared
            held_case[held] = case
            held += 1
            squared = (at_east - middle_east) ** 2 + (at_north - middle_north) ** 2
            if squared < least:
                least = squared
                most = ((np.sqrt(least) + corner) * SLACK) ** 2
    kept = 0
    for index in range(held):
        held_at[0, kept], held_at[1, kept], held_case[kept] = held_at[0, index], held_at[1, index], held_case[index]
        kept += held_at[2, index] <= most
    return kept


@njit(cache=True, nogil=True, fastmath={"nnan", "nsz"})
def _nearest(
    east: float, north: float, held_at: Floats, held_case: Integers, held: int, number: Integers
) -> tuple[int, float]:
    """The nearest of the cases held, of several the first in the order of places, and its distance."""
    easts, norths, squared = held_at[0], held_at[1], held_at[2]
    closest = np.inf
    for index in range(held):
        squared[index] = (easts[index] - east) ** 2 + (norths[index] - north) ** 2
        closest = min(closest, squared[index])
    case = -1
    for index in range(held):
        if squared[index] == closest and (case < 0 or number[held_case[index]] < number[case]):
            case = held_case[index]
    return case, np.sqrt(closest)


@njit(cache=True, nogil=True)
def _entered(cases: _Cases, case: int, distance_m: float, ascent: Ascent) -> int:
    """The node entered at a distance from a case; -1 beyond the nodes that count."""
    wanted = distance_m * cases.stretch[case]
    if cases.last_link[case] < wanted:
        return -1
    node = cases.number[case]
    if cases.link[case] >= wanted:
        return node
    link = ascent.linking_distance_m
    while link[node] < wanted:
        further = ascent.jump[node]
        node = further if link[further] < wanted else ascent.parent[node]
    return node


@njit(cache=True, nogil=True)
def _enter_whole(
    tree: PlaceTree,
    sites_before: Integers,
    node: int,
    cases: _Cases,
    case: int,
    ascent: Ascent,
    entering: Integers,
) -> bool:
    """Let all sites of a box enter where they enter one node from one case; False where they may not."""
    east, north = cases.east[case], cases.north[case]
    by_east = max(tree.low[node, 0] - east, east - tree.high[node, 0], 0.0)
    by_north = max(tree.low[node, 1] - north, north - tree.high[node, 1], 0.0)
    entered = _entered(cases, case, np.sqrt(by_east * by_east + by_north * by_north), ascent)
    if entered < 0:
        return True
    by_east = max(east - tree.low[node, 0], tree.high[node, 0] - east)
    by_north = max(north - tree.low[node, 1], tree.high[node, 1] - north)
    wanted = np.sqrt(by_east * by_east + by_north * by_north) * cases.stretch[case]
    if ascent.linking_distance_m[entered] < wanted:
        return False
    entering[entered] += sites_before[tree.ends[node]] - sites_before[tree.starts[node]]
    return True
