"""The report's maps and charts, as PNGs of what is published.

What belongs here: drawing; each takes a word to stand across it. What does not: choosing rows, the pictures on assets'
own pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from assets.methods.typology.types import CLUSTER_TYPES
from assets.pictures import png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {"Diverse": "#aa4488", "Specialised": "#0072b2", "R&D Collaborating": "#d55e00", "Dispersed": "#009e73"}
"""The map page's: the colour-blind can tell them apart (Okabe and Ito)."""
MARKERS = {"Diverse": "s", "Specialised": "o", "R&D Collaborating": "^", "Dispersed": "D"}
INDEX_COLOUR = "#5b3a8c"
LAND, COAST, SEA = "#f7f7f4", "#9aa7ae", "#dfe9ef"
WEST, EAST, SOUTH, NORTH = -8.9, 2.2, 49.7, 61.0
MIDDLE_LATITUDE = 54.5
DOTS_PER_INCH = 160
METHODS = 5
METRES_IN_A_KILOMETRE = 1000
SQUARE_M = 10_000.0
"""Side of the squares of agreement, where there are too few to tell it by."""
LARGEST_POINTS = 500
"""Area, in square points, of the mark of the Index's largest cluster."""


def map_of_clusters(clusters: pl.DataFrame, mark: str = "") -> bytes:
    """Outlines, centres by type. `clusters`: `cluster_type`, `latitude`, `longitude`, `outline_wkt` (may be null)."""
    figure, axes = _country()
    _outlines(axes, clusters["outline_wkt"], "#33475533")
    for kind in CLUSTER_TYPES:
        of_kind = clusters.filter(pl.col("cluster_type") == kind)
        axes.scatter(
            of_kind["longitude"],
            of_kind["latitude"],
            s=11,
            marker=MARKERS[kind],
            c=COLOURS[kind],
            linewidths=0,
            alpha=0.85,
            label=f"{kind} ({of_kind.height:,})",
            zorder=3,
        )
    axes.legend(loc="upper left", frameon=False, fontsize=8)
    return png(figure, DOTS_PER_INCH, mark)


def map_of_index(clusters: pl.DataFrame, mark: str = "") -> bytes:
    """Outlines, and centres as large as their share. `clusters`: `percentage` and places as for `map_of_clusters`."""
    figure, axes = _country()
    _outlines(axes, clusters["outline_wkt"], f"{INDEX_COLOUR}22")
    share = clusters["percentage"].to_numpy()
    areas = LARGEST_POINTS * share / max(share.max(initial=0.0), 1e-9)
    axes.scatter(clusters["longitude"], clusters["latitude"], s=areas, color=INDEX_COLOUR, alpha=0.6, zorder=3)
    return png(figure, DOTS_PER_INCH, mark)


def map_of_agreement(squares: pl.DataFrame, mark: str = "") -> bytes:
    """Squares by how many methods find a site there. `squares`: columns of `publication.agreement_map`."""
    from assets.methods.geometry.grid import to_wgs84

    # A square of both lists has the mean of the two.
    means = squares.group_by("easting_km", "northing_km").agg(pl.col("methods_mean").mean()).sort(pl.all())
    corner = means.select("easting_km", "northing_km").to_numpy() * METRES_IN_A_KILOMETRE
    apart_m = np.diff(np.unique(corner[:, 0]))
    side_m = apart_m.min() if len(apart_m) else SQUARE_M
    latitude, longitude = to_wgs84(corner[:, 0] + side_m / 2, corner[:, 1] + side_m / 2, "gb")
    figure, axes = _country()
    drawn = axes.scatter(
        longitude, latitude, c=means["methods_mean"], s=5, marker="s", linewidths=0, vmin=0, vmax=METHODS, zorder=3
    )
    figure.colorbar(drawn, ax=axes, shrink=0.4, label=f"of {METHODS} methods")
    return png(figure, DOTS_PER_INCH, mark)


def chart_of_counts(counts: pl.DataFrame, mark: str = "") -> bytes:
    """Clusters by type, a panel a profile, a bar a month. `counts`: `profile`, `month`, `cluster_type`, `clusters`."""
    from matplotlib.figure import Figure

    profiles = counts["profile"].unique().sort().to_list()
    months = counts["month"].unique().sort()
    figure = Figure(figsize=(7.2, 2.6), layout="constrained")
    panels: Sequence[Axes] = figure.subplots(1, len(profiles), squeeze=False)[0]
    for axes, profile in zip(panels, profiles, strict=True):
        base = np.zeros(len(months))
        for kind in CLUSTER_TYPES:
            of_kind = counts.filter((pl.col("profile") == profile) & (pl.col("cluster_type") == kind))
            found = dict(of_kind.select("month", "clusters").iter_rows())
            counts_of_months = np.array([found.get(month, 0) for month in months], dtype=np.float64)
            axes.bar(range(len(months)), counts_of_months, bottom=base, color=COLOURS[kind], width=0.7, label=kind)
            base += counts_of_months
        axes.set_xticks(range(len(months)), [f"{month:%b %y}" for month in months], fontsize=7)
        axes.tick_params(axis="y", labelsize=7)
        axes.set_title(profile, fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False, fontsize=8)
    return png(figure, DOTS_PER_INCH, mark)


def _country() -> tuple[Figure, Axes]:
    """An empty map: land, lakes and borders, a degree of longitude as long as it is in the middle."""
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.figure import Figure

    from assets.publication.coast import coast
    from assets.publication.page_geometry import decode_path

    figure = Figure(figsize=(4.6, 7.0), layout="constrained")
    axes = figure.add_subplot()
    shapes = {kind: [decode_path(path) for path in paths] for kind, paths in coast().items()}
    axes.add_collection(PolyCollection(shapes["land"], facecolors=LAND, edgecolors=COAST, linewidths=0.4))
    axes.add_collection(PolyCollection(shapes["lakes"], facecolors=SEA, edgecolors=COAST, linewidths=0.3))
    axes.add_collection(LineCollection(shapes["borders"], colors=COAST, linewidths=0.5))
    axes.set_facecolor(SEA)
    axes.set(xlim=(WEST, EAST), ylim=(SOUTH, NORTH), xticks=[], yticks=[])
    axes.set_aspect(1 / np.cos(np.radians(MIDDLE_LATITUDE)))
    axes.spines[:].set_visible(False)
    return figure, axes


def _outlines(axes: Axes, wkt: pl.Series, colour: str) -> None:
    import shapely
    from matplotlib.collections import PolyCollection

    parts = shapely.get_parts(shapely.from_wkt(wkt.drop_nulls().to_numpy()))
    rings = [shapely.get_coordinates(shapely.get_exterior_ring(part)) for part in parts]
    axes.add_collection(PolyCollection(rings, facecolors=colour, edgecolors="#33475577", linewidths=0.3))
