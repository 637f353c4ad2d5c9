"""Shapes as the page carries them: whole numbers, each the step from the point before.

What belongs here: simplifying and encoding of rings and lines, for outlines, boundaries and coast alike. What does not:
what is drawn, and where a shape comes from. `site/shapes.js` reads what this writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

STEPS_PER_DEGREE = 10_000
"""Coordinates are given to 4 decimals of a degree: 11 m north to south."""

Path = list[int]
"""One ring or line: longitude and latitude of its first point in steps, then of each further point less the one before.
A ring does not repeat its first point."""


def encode_outlines(wkt: pl.Series, tolerance: float) -> list[list[Path] | None]:
    """Rings of each polygon of `wkt` (longitude, latitude), simplified to `tolerance` degrees; None where null."""
    import shapely

    shapes = shapely.from_wkt(wkt.to_numpy())
    simple = shapely.simplify(shapes, tolerance, preserve_topology=True)
    return [None if shape is None else encode_shape(shape) for shape in simple]


def encode_shape(shape: BaseGeometry) -> list[Path]:
    """Every ring of a polygon (holes as rings of their own: fill by the even-odd rule), every line of a line."""
    import shapely

    paths = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            paths += [encode_path(shapely.get_coordinates(ring)[:-1]) for ring in (part.exterior, *part.interiors)]
        elif part.geom_type == "LineString":
            paths.append(encode_path(shapely.get_coordinates(part)))
    return [path for path in paths if path]


def encode_path(coordinates: NDArray[np.float64]) -> Path:
    """The path through `coordinates` (n, 2); empty where fewer than two of its points differ at this precision."""
    steps = np.rint(coordinates * STEPS_PER_DEGREE).astype(np.int64)
    is_new = np.ones(len(steps), dtype=bool)
    is_new[1:] = (np.diff(steps, axis=0) != 0).any(axis=1)
    steps = steps[is_new]
    if len(steps) < 2:
        return []
    first: list[int] = steps[0].tolist()
    further: list[int] = np.diff(steps, axis=0).ravel().tolist()
    return first + further


def decode_path(path: Iterable[int]) -> NDArray[np.float64]:
    """Longitude and latitude (n, 2) of an encoded path, in degrees."""
    return np.cumsum(np.array(list(path)).reshape(-1, 2), axis=0) / STEPS_PER_DEGREE
