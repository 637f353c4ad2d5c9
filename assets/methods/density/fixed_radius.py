"""DBSCAN over distinct places on a grid of cells, exact: a fixed radius, and enough points within it.

What belongs here: core places, what joins them, the border. What does not: radius and count, which the profile says.

A cell is so small that all its places are within the radius of one another: its core places are one group, and a
place in a cell of enough points is core without a look at any distance.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from assets.arrays import Floats, Integers
from assets.methods.density.places import NOISE, Places

CELL_SHARE = (1 - 1e-9) / np.sqrt(2.0)
"""Side of a cell over the radius: the diagonal is within the radius whatever the rounding."""
REACH_CELLS = 2
"""Cells further away than this in either direction are out of the radius."""


def labels_of_places(places: Places, radius_m: float, min_samples: int) -> Integers:
    """Label of each place, shape (places,), NOISE in no group.

    A place is core with `min_samples` points within the radius, its own included; core places within the radius of
    one another are in one group. Groups are numbered in the order of their first core place. A place that is not core
    is of the first group that has a core place within the radius.
    """
    coordinates = places.coordinates_m
    cell = np.floor((coordinates - coordinates.min(axis=0)) / (radius_m * CELL_SHARE)).astype(np.int64)
    rows = int(cell[:, 1].max()) + 1 + 2 * REACH_CELLS
    key = cell[:, 0] * rows + cell[:, 1]
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    ranges = _ranges_of_neighbours(key[order][starts], rows)
    labels = np.empty(len(order), dtype=np.int64)
    labels[order] = _labels(
        coordinates[order],
        places.points[order],
        order,
        np.append(starts, len(order)),
        ranges,
        _greatest_square_within(radius_m),
        min_samples,
    )
    return labels


def _greatest_square_within(radius_m: float) -> float:
    """The greatest squared distance whose root, as rounded, is at most the radius."""
    square = radius_m * radius_m
    while np.sqrt(square) > radius_m:
        square = np.nextafter(square, 0)
    while np.sqrt(np.nextafter(square, np.inf)) <= radius_m:
        square = np.nextafter(square, np.inf)
    return float(square)


@njit(cache=True, nogil=True)
def _ranges_of_neighbours(key: Integers, rows: int) -> Integers:
    """For each cell the range of cells in each of the columns around it that may be within the radius.

    Shape (cells, 5, 2). `key` is column times `rows` plus row, ascending.
    """
    cells = len(key)
    ranges = np.empty((cells, 2 * REACH_CELLS + 1, 2), dtype=np.int64)
    for column in range(2 * REACH_CELLS + 1):
        start = end = 0
        for cell in range(cells):
            middle = key[cell] + (column - REACH_CELLS) * rows
            while start < cells and key[start] < middle - REACH_CELLS:
                start += 1
            while end < cells and key[end] <= middle + REACH_CELLS:
                end += 1
            ranges[cell, column, 0], ranges[cell, column, 1] = start, end
    return ranges


@njit(cache=True, nogil=True)
def _labels(
    coordinates: Floats,
    points: Integers,
    number: Integers,
    starts: Integers,
    ranges: Integers,
    most: float,
    min_samples: int,
) -> Integers:
    """Labels of places in the order of the cells; `number` is the place's own, `most` the squared radius."""
    cells, count = len(starts) - 1, len(points)
    is_core = _core_places(coordinates, points, starts, ranges, most, min_samples)
    group = np.arange(cells)
    for cell in range(cells):
        for column in range(ranges.shape[1]):
            for other in range(max(cell + 1, ranges[cell, column, 0]), ranges[cell, column, 1]):
                one, two = _root(group, cell), _root(group, other)
                if one != two and _touch(coordinates, is_core, starts, cell, other, most):
                    group[max(one, two)] = min(one, two)
    # Groups are numbered by their first core place.
    first = np.full(cells, count)
    for cell in range(cells):
        root = _root(group, cell)
        for place in range(starts[cell], starts[cell + 1]):
            if is_core[place]:
                first[root] = min(first[root], number[place])
    rank = np.empty(cells, dtype=np.int64)
    rank[np.argsort(first, kind="mergesort")] = np.arange(cells)
    labels = np.full(count, NOISE)
    for cell in range(cells):
        own = rank[_root(group, cell)]
        for place in range(starts[cell], starts[cell + 1]):
            labels[place] = own if is_core[place] else NOISE
    return _with_border(labels, coordinates, is_core, starts, ranges, most)


@njit(cache=True, nogil=True)
def _with_border(
    labels: Integers,
    coordinates: Floats,
    is_core: NDArray[np.bool_],
    starts: Integers,
    ranges: Integers,
    most: float,
) -> Integers:
    """The labels with those of places that are not core: the least of the core places within the radius."""
    for cell in range(len(starts) - 1):
        for place in range(starts[cell], starts[cell + 1]):
            if is_core[place]:
                continue
            lowest = NOISE
            for column in range(ranges.shape[1]):
                for other in range(starts[ranges[cell, column, 0]], starts[ranges[cell, column, 1]]):
                    if not is_core[other] or (lowest != NOISE and labels[other] >= lowest):
                        continue
                    if _apart(coordinates, place, other) <= most:
                        lowest = labels[other]
            labels[place] = lowest
    return labels


@njit(cache=True, nogil=True)
def _core_places(
    coordinates: Floats, points: Integers, starts: Integers, ranges: Integers, most: float, min_samples: int
) -> NDArray[np.bool_]:
    """True where a place has enough points within the radius."""
    is_core = np.zeros(len(points), dtype=np.bool_)
    for cell in range(len(starts) - 1):
        inside = points[starts[cell] : starts[cell + 1]].sum()
        if inside >= min_samples:
            is_core[starts[cell] : starts[cell + 1]] = True
            continue
        for place in range(starts[cell], starts[cell + 1]):
            within = inside
            for column in range(ranges.shape[1]):
                for other in range(starts[ranges[cell, column, 0]], starts[ranges[cell, column, 1]]):
                    if starts[cell] <= other < starts[cell + 1]:
                        continue
                    if _apart(coordinates, place, other) <= most:
                        within += points[other]
                if within >= min_samples:
                    is_core[place] = True
                    break
    return is_core


@njit(cache=True, nogil=True)
def _touch(
    coordinates: Floats, is_core: NDArray[np.bool_], starts: Integers, cell: int, other: int, most: float
) -> bool:
    """True where a core place of one cell is within the radius of one of another."""
    for place in range(starts[cell], starts[cell + 1]):
        if not is_core[place]:
            continue
        for across in range(starts[other], starts[other + 1]):
            if is_core[across] and _apart(coordinates, place, across) <= most:
                return True
    return False


@njit(cache=True, nogil=True)
def _apart(coordinates: Floats, one: int, other: int) -> float:
    """Squared distance between two places."""
    return (coordinates[one, 0] - coordinates[other, 0]) ** 2 + (coordinates[one, 1] - coordinates[other, 1]) ** 2


@njit(cache=True, nogil=True)
def _root(group: Integers, cell: int) -> int:
    """The cell that stands for a cell's group."""
    while group[cell] != cell:
        group[cell] = group[group[cell]]
        cell = group[cell]
    return cell
