"""Distinct places: many points share a postcode, and everything that is about distance need look at each place once.

What belongs here: places and how many points each holds. What does not: density, trees, sectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.arrays import Floats, Integers

NOISE = -1
"""Label of what is in no group."""


@dataclass(frozen=True)
class Places:
    """Distinct places in one grid, ordered by easting, then northing."""

    coordinates_m: Floats
    """Shape (places, 2): easting and northing in metres."""
    points: Integers
    """Shape (places,): points at each place."""
    place_of_point: Integers
    """Shape (points,): the place of each point given."""

    def first_points(self) -> Integers:
        """Of the points at each place the one given first, shape (places,)."""
        first = np.empty(len(self.points), dtype=np.int64)
        last = len(self.place_of_point) - 1
        first[self.place_of_point[::-1]] = np.arange(last, -1, -1)
        return first


def distinct_places(easting: Floats, northing: Floats) -> Places:
    """Gather points into places; the places do not depend on the order of the points.

    `easting` and `northing` are metres of one grid, shape (points,). Raises ValueError where a coordinate is not a
    finite number.
    """
    return ordered_places(easting, northing)[0]


def ordered_places(easting: Floats, northing: Floats) -> tuple[Places, Integers]:
    """`distinct_places`, and the points in the order of their places, shape (points,); at one place as given."""
    given = np.column_stack([easting, northing]).astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(given).all(axis=1))
    if bad.size:
        raise ValueError(
            f"point {bad[0]} has no place: easting {given[bad[0], 0]}, northing {given[bad[0], 1]}; "
            "leave out unlocated points"
        )
    order = np.lexsort((given[:, 1], given[:, 0]))
    ordered = given[order]
    is_first = np.ones(len(ordered), dtype=bool)
    is_first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    place_of_point = np.empty(len(ordered), dtype=np.int64)
    place_of_point[order] = np.cumsum(is_first) - 1
    places = Places(ordered[is_first], np.bincount(place_of_point, minlength=int(is_first.sum())), place_of_point)
    return places, order
