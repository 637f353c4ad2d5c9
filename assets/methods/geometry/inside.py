"""Members inside outlines: how many different ones have a point in or on the edge of each.

What belongs here: points in bands, and the sweep of outlines over them. What does not: what an outline or a member is,
geometry beyond points in polygons.

An outline of a town holds thousands of points, and few of them are near its edge. Points lie in bands of latitude,
ordered within a band. An outline's edges cut a band in stretches; only points in the stretches that an edge runs
through are tested one by one, all others share the answer of the first of their stretch.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from assets.arrays import Floats, Integers
from assets.methods.geometry.orientation import side

BAND = 0.005
"""Height of a band in degrees, some 560 m: for speed alone, the counts are the same for any."""
MARGIN = 1e-9
"""Degrees by which a stretch is widened: far more than the rounding of where an edge enters a band."""


class Bands(NamedTuple):
    """Points from south to north in bands, from west to east within each, with the members they belong to."""

    x: Floats
    """Shape (points,): longitude in degrees."""
    y: Floats
    """Shape (points,): latitude in degrees."""
    south: float
    """Lower edge of the first band."""
    starts: Integers
    """Shape (bands + 1,): the points of band b are starts[b] to starts[b + 1]."""
    lone_before: Integers
    """Shape (points + 1,): points before each that are the only one of their member."""
    shared_before: Integers
    """Shape (points + 1,): points before each whose member has others."""
    sharing: Integers
    """Shape (points whose member has others,): their members, numbered from 0 without gaps."""
    sharers: int
    """Members with more than one point."""


def bands_of(longitude: Floats, latitude: Floats, member: Integers) -> Bands:
    """Put points in bands; the three arrays are of shape (points,), members are numbers from 0, gaps allowed.

    Raises ValueError where a coordinate is not a finite number.
    """
    if not (np.isfinite(longitude).all() and np.isfinite(latitude).all()):
        raise ValueError("a point has no place: leave out unlocated points")
    south = float(latitude.min()) if len(latitude) else 0.0
    band = _bands(latitude, south)
    order = np.lexsort((longitude, band))
    points = np.bincount(member)
    shared = points > 1
    number = np.cumsum(shared) - 1
    of_point = member[order]
    is_shared = shared[of_point]
    return Bands(
        longitude[order],
        latitude[order],
        south,
        np.concatenate([[0], np.cumsum(np.bincount(band))]),
        np.concatenate([[0], np.cumsum(~is_shared)]),
        np.concatenate([[0], np.cumsum(is_shared)]),
        number[of_point[is_shared]],
        int(shared.sum()),
    )


def members_inside(outlines: NDArray[np.object_], points: Bands, threads: int | None = None) -> Integers:
    """Different members with a point in or on the edge of each outline, shape (outlines,).

    `outlines` are shapely polygons or multipolygons in the points' coordinates. A point is inside where a line from it
    to infinity crosses the edges an odd number of times, as in shapely's prepared `intersects`. `threads`: how many
    outlines are swept at once, None for one a core; the counts are the same for any.
    """
    rings = _edges(outlines)
    counts = np.zeros(len(outlines), dtype=np.int64)
    workers = threads or os.cpu_count() or 1

    def sweep(first: int) -> None:
        _sweep(points, rings, first, workers, counts)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(sweep, range(workers)))
    return counts


def _bands(latitude: Floats, south: float) -> Integers:
    return np.floor((latitude - south) / BAND).astype(np.int64)


class _Edges(NamedTuple):
    """Edges of all rings of each outline."""

    ends: Floats
    """Shape (edges, 4): ax, ay, bx, by with ay <= by."""
    starts: Integers
    """Shape (outlines + 1,): the edges of outline o are starts[o] to starts[o + 1]."""


def _edges(outlines: NDArray[np.object_]) -> _Edges:
    parts, outline_of_part = shapely.get_parts(outlines, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    corners, ring_of_corner = shapely.get_coordinates(rings, return_index=True)
    same_ring = ring_of_corner[1:] == ring_of_corner[:-1]
    a, b = corners[:-1][same_ring], corners[1:][same_ring]
    upward = (a[:, 1] <= b[:, 1])[:, None]
    edges = np.hstack([np.where(upward, a, b), np.where(upward, b, a)])
    outline = outline_of_part[part_of_ring[ring_of_corner[:-1][same_ring]]]
    return _Edges(edges, np.searchsorted(outline, np.arange(len(outlines) + 1)))


@njit(cache=True, nogil=True)
def _sweep(points: Bands, rings: _Edges, first: int, stride: int, counts: Integers) -> None:
    """Count the members inside every `stride`-th outline from the `first` on into `counts`."""
    x, y, south, starts = points.x, points.y, points.south, points.starts
    bands = len(starts) - 1
    seen_in = np.full(points.sharers, -1, dtype=np.int32)
    for outline in range(first, len(counts), stride):
        of_outline = rings.ends[rings.starts[outline] : rings.starts[outline + 1]]
        if not len(of_outline):
            continue
        touching = np.empty(len(of_outline), dtype=np.int64)
        west, east = np.empty(len(of_outline)), np.empty(len(of_outline))
        lowest = max(0, int(np.floor((of_outline[:, 1].min() - south) / BAND)))
        highest = min(bands - 1, int(np.floor((of_outline[:, 3].max() - south) / BAND)))
        count = 0
        for band in range(lowest, highest + 1):
            if starts[band] == starts[band + 1]:
                continue
            number = _stretches(of_outline, south, band, touching, west, east)
            here = starts[band]
            end = starts[band + 1]
            stretch = 0
            while stretch < number:
                # Up to the stretch no edge is met: what holds for one point holds for all.
                near = here + np.searchsorted(x[here:end], west[stretch])
                if stretch > 0 and near > here and _is_inside(of_outline, touching[:number], x[here], y[here]):
                    count += _unseen(points, here, near, seen_in, outline)
                reach = east[stretch]
                stretch += 1
                while stretch < number and west[stretch] <= reach:
                    reach = max(reach, east[stretch])
                    stretch += 1
                here = near
                while here < end and x[here] <= reach:
                    same = here + 1
                    while same < end and x[same] == x[here] and y[same] == y[here]:
                        same += 1
                    if _is_inside(of_outline, touching[:number], x[here], y[here]):
                        count += _unseen(points, here, same, seen_in, outline)
                    here = same
        counts[outline] = count


@njit(cache=True, nogil=True)
def _stretches(edges: Floats, south: float, band: int, touching: Integers, west: Floats, east: Floats) -> int:
    """The edges that run through a band, and from where to where in it; ordered by where they begin. Their number."""
    low, high = south + band * BAND - MARGIN, south + (band + 1) * BAND + MARGIN
    number = 0
    for edge in range(len(edges)):
        ax, ay, bx, by = edges[edge]
        if np.floor((ay - south) / BAND) > band or np.floor((by - south) / BAND) < band:
            continue
        from_x = ax + (low - ay) * (bx - ax) / (by - ay) if ay < low else ax
        to_x = ax + (high - ay) * (bx - ax) / (by - ay) if by > high else bx
        begins, ends = min(from_x, to_x) - MARGIN, max(from_x, to_x) + MARGIN
        place = number
        while place > 0 and west[place - 1] > begins:
            west[place], east[place], touching[place] = west[place - 1], east[place - 1], touching[place - 1]
            place -= 1
        west[place], east[place], touching[place] = begins, ends, edge
        number += 1
    return number


@njit(cache=True, nogil=True)
def _is_inside(edges: Floats, touching: Integers, px: float, py: float) -> bool:
    """Whether the point is inside or on the edge; `touching` are the edges of its band."""
    is_odd = False
    for edge in touching:
        ax, ay, bx, by = edges[edge]
        if px > max(ax, bx) or py < ay or py > by:
            continue
        if ay == by:
            if px >= min(ax, bx):
                return True
        else:
            turn = side(ax, ay, bx, by, px, py)
            if turn == 0.0:
                return True
            # The upper end belongs to the edge above it, so that a line through a corner crosses once.
            if turn > 0.0 and py < by:
                is_odd = not is_odd
    return is_odd


@njit(cache=True, nogil=True)
def _unseen(points: Bands, begin: int, end: int, seen_in: NDArray[np.int32], outline: int) -> int:
    """Members of the points from `begin` to `end` that this outline has not seen yet; afterwards it has."""
    sharing = points.sharing
    count = points.lone_before[end] - points.lone_before[begin]
    for place in range(points.shared_before[begin], points.shared_before[end]):
        if seen_in[sharing[place]] != outline:
            seen_in[sharing[place]] = outline
            count += 1
    return count
