"""Degrees to metres and back: British National Grid for Great Britain, Irish Grid for Northern Ireland.

What belongs here: the two projections and which of them a place is in. What does not: any distance or outline.
The ONS's own shifts (OSTN15) need a grid file that is not shipped, so the seven-parameter shift is used: positions
agree with the directory's within a few metres. Call from Python's own threads: PROJ fails in a polars worker's.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pyproj import Transformer

Grid = Literal["gb", "ni"]
Metres = npt.NDArray[np.float64]
Degrees = npt.NDArray[np.float64]

EPSG: dict[Grid, int] = {"gb": 27700, "ni": 29902}
"""The grid's coordinate reference system [METHOD, geometry in metres]."""
WGS84 = 4326


def to_grid(latitude: npt.ArrayLike, longitude: npt.ArrayLike, grid: Grid) -> tuple[Metres, Metres]:
    """Eastings and northings in metres of `grid` for WGS84 degrees; arrays of one shape, NaN stays NaN."""
    return _transform(_transformer(WGS84, _epsg(grid)), longitude, latitude)


def to_wgs84(easting: npt.ArrayLike, northing: npt.ArrayLike, grid: Grid) -> tuple[Degrees, Degrees]:
    """Latitudes and longitudes in WGS84 degrees for metres of `grid`; arrays of one shape, NaN stays NaN."""
    longitude, latitude = _transform(_transformer(_epsg(grid), WGS84), easting, northing)
    return latitude, longitude


def on_national_grid(easting: Metres, northing: Metres, is_ni: npt.NDArray[np.bool_]) -> tuple[Metres, Metres]:
    """Metres of the British National Grid for metres of either; places of Northern Ireland are those marked.

    So that distances over the sea between can be taken. The grid is stretched there by less than 0.2%.
    """
    across, up = easting.copy(), northing.copy()
    across[is_ni], up[is_ni] = to_grid(*to_wgs84(easting[is_ni], northing[is_ni], "ni"), "gb")
    return across, up


def _epsg(grid: Grid) -> int:
    if grid not in EPSG:
        raise ValueError(f"{grid!r} is not a grid: expected one of {sorted(EPSG)}")
    return EPSG[grid]


@functools.cache
def _transformer(source: int, target: int) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def _transform(transformer: Transformer, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Metres, Metres]:
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    projected = transformer.transform(across, up)
    known = np.isfinite(across) & np.isfinite(up)
    return np.where(known, projected[0], np.nan), np.where(known, projected[1], np.nan)
