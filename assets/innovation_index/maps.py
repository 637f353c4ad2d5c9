"""A map of a category's clusters for a person to look at.

What belongs here: PNGs drawn from a step's own frames. What does not: bars (pictures), maps that are published.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from assets.pictures import png

TOP_NAMES = 10


def cluster_map_png(clusters: pl.DataFrame, title: str) -> bytes:
    """Outlines and centres of clusters, the centre's area by share; the largest are named.

    `clusters`: `name`, `percentage`, `latitude`, `longitude`, `outline_wkt` (may be null), at least one row.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 8), layout="constrained")
    axes = figure.add_subplot()
    for outline in shapely.from_wkt(clusters["outline_wkt"].drop_nulls().to_numpy()):
        axes.fill(*outline.exterior.xy, facecolor="#2166ac33", edgecolor="#2166ac", linewidth=0.6)
    axes.scatter(clusters["longitude"], clusters["latitude"], s=6 * clusters["percentage"], color="#b2182b", zorder=2)
    for name, latitude, longitude in (
        clusters.sort("percentage", "name", descending=[True, False])
        .head(TOP_NAMES)
        .select("name", "latitude", "longitude")
        .iter_rows()
    ):
        axes.annotate(name.split(", ")[0], (longitude, latitude), fontsize=7, xytext=(4, 3), textcoords="offset points")
    axes.set_aspect(1 / np.cos(np.radians(clusters["latitude"].to_numpy().mean())))
    axes.set_xlabel("longitude")
    axes.set_ylabel("latitude")
    axes.set_title(title)
    return png(figure)
