"""Outlines as they are published: on a coarse grid, still valid.

What belongs here: that grid. What does not: what an outline is drawn around, nor how the page packs it.
"""

from __future__ import annotations

import polars as pl

OUTLINE_DECIMALS = 4
"""Decimals of a degree in what is published: ten metres, finer than any postcode is placed."""


def coarse_outlines(outlines: pl.Series) -> pl.Series:
    """Outlines, WKT in degrees, on a grid of OUTLINE_DECIMALS; null stays null."""
    import shapely

    shapes = shapely.set_precision(shapely.from_wkt(outlines.to_numpy()), 10.0**-OUTLINE_DECIMALS)
    texts = shapely.to_wkt(shapes, rounding_precision=OUTLINE_DECIMALS)
    return pl.Series(outlines.name, [None if text is None else str(text) for text in texts], dtype=pl.String)
