"""Hulls of clusters in degrees, and the outlines drawn around them.

What belongs here: from members to hull to outline, as WKT. What does not: which items form a cluster, towns inside.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from assets.arrays import Floats, Integers
from assets.methods.geometry.grid import to_grid, to_wgs84
from assets.methods.geometry.outlines import WKT_DECIMALS

Shapes = NDArray[np.object_]

FEWEST_PLACES = 3
"""Distinct places below which a cluster has no outline [recovered]."""
HULL_DECIMALS = 9
"""Decimals of a degree in a hull: a tenth of a millimetre, so that a town on its edge stays where it is."""


def convex_hulls(cluster: Integers, latitude: Floats, longitude: Floats) -> Shapes:
    """Convex hull of each cluster's members in degrees (longitude, latitude); None below three places [recovered].

    `cluster` numbers the clusters of the members from 0 without gaps, shape (members,); the result is shapely
    polygons, or lines where all places lie on one, shape (clusters,).
    """
    rows = np.unique(np.column_stack([cluster, longitude, latitude]), axis=0)
    of_cluster = rows[:, 0].astype(np.int64)
    places = shapely.multipoints(shapely.points(rows[:, 1:]), indices=of_cluster)
    has_hull = np.bincount(of_cluster) >= FEWEST_PLACES
    rounded = shapely.from_wkt(shapely.to_wkt(shapely.convex_hull(places), rounding_precision=HULL_DECIMALS))
    return np.asarray(np.where(has_hull, rounded, None))


def buffered(hulls: Shapes, buffer_m: float) -> Shapes:
    """Hulls with `buffer_m` metres around them, in degrees (longitude, latitude); None stays None.

    Metres are those of the British National Grid for the whole United Kingdom: in Northern Ireland it stretches them by
    0.2%, a few metres of the buffer. The publisher's own buffer was 5,000 units of a projection into which turf.js 5
    put latitude for longitude: 4,230 to 4,530 m on the ground, 4,350 in the mean [recovered].
    """
    metres = shapely.transform(hulls, lambda degrees: _columns(to_grid(degrees[:, 1], degrees[:, 0], "gb")))
    drawn = shapely.buffer(metres, buffer_m)
    return np.asarray(shapely.transform(drawn, lambda metre: _columns(to_wgs84(metre[:, 0], metre[:, 1], "gb")[::-1])))


def hull_wkt(hulls: Shapes) -> list[str | None]:
    """WKT of hulls, exact to HULL_DECIMALS; None stays None."""
    return _wkt(hulls, HULL_DECIMALS)


def outline_wkt(outlines: Shapes) -> list[str | None]:
    """WKT of outlines, a tenth of a metre exact; None stays None."""
    return _wkt(outlines, WKT_DECIMALS)


def _wkt(shapes: Shapes, decimals: int) -> list[str | None]:
    return [None if text is None else str(text) for text in shapely.to_wkt(shapes, rounding_precision=decimals)]


def _columns(axes: tuple[Floats, Floats]) -> Floats:
    return np.column_stack(axes)
