"""Institutions of publications, which the sources place by coordinates alone: which grid they are in, and where on it.

What belongs here: coordinates of institutions. What does not: postcodes, which the directory has already projected.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from assets.methods.geometry.grid import Grid, to_grid

NORTHERN_IRELAND = {"south": 54.0, "north": 55.35, "west": -8.2, "east": -5.4}
"""Box in WGS84 degrees around Northern Ireland [ours]; it holds no land of Great Britain but the tip of Kintyre."""
KINTYRE = {"south": 55.25, "west": -5.85}
"""Corner of that box, north and east of here, that is Kintyre's [ours]."""


def is_in_northern_ireland(
    latitude: npt.NDArray[np.float64], longitude: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Whether places of the United Kingdom, in WGS84 degrees, lie in Northern Ireland. Source: ours."""
    box = NORTHERN_IRELAND
    in_box = (
        (latitude >= box["south"])
        & (latitude <= box["north"])
        & (longitude >= box["west"])
        & (longitude <= box["east"])
    )
    return in_box & ~((latitude > KINTYRE["south"]) & (longitude > KINTYRE["west"]))


def institution_points(institutions: pl.DataFrame) -> pl.DataFrame:
    """Project institutions to the grid of their nation.

    Takes `institution_key`, `latitude`, `longitude` (degrees, WGS84, none null); gives these with `easting`,
    `northing` (metres) and `grid`, by key. Source: METHOD, geometry in metres (stated grids).
    """
    ordered = institutions.sort("institution_key")
    latitude, longitude = ordered["latitude"].to_numpy(), ordered["longitude"].to_numpy()
    in_ni = is_in_northern_ireland(latitude, longitude)
    easting, northing = np.empty(ordered.height), np.empty(ordered.height)
    grids: tuple[tuple[Grid, npt.NDArray[np.bool_]], ...] = (("gb", ~in_ni), ("ni", in_ni))
    for grid, there in grids:
        easting[there], northing[there] = to_grid(latitude[there], longitude[there], grid)
    return ordered.select(
        "institution_key",
        pl.Series("easting", easting),
        pl.Series("northing", northing),
        pl.Series("grid", np.where(in_ni, "ni", "gb")),
        "latitude",
        "longitude",
    )
