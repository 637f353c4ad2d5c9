"""What a person sees of a month's clusters: a map, the largest of them, how many of each type.

What belongs here: pictures and small tables for the asset's page. What does not: anything that is published.
"""

from __future__ import annotations

import math

import polars as pl
import shapely

from assets.methods.typology.types import CLUSTER_TYPES
from assets.pictures import png

COLOURS = {"Diverse": "#7b3294", "Specialised": "#2166ac", "R&D Collaborating": "#d95f02", "Dispersed": "#666666"}
WEST, EAST, SOUTH, NORTH = -8.7, 2.1, 49.8, 60.9
"""The United Kingdom, in degrees: every month's map shows the same ground."""
MIDDLE_LATITUDE = 54.5
LARGEST = 10
SIGNPOST_SPACING_DEGREES = 0.9
"""No two towns named on the map are nearer than this, north to south or east to west."""


def counts_by_type(clusters: pl.DataFrame) -> dict[str, int]:
    """Number of clusters of each of the four types."""
    found = dict(clusters.group_by("cluster_type").len().iter_rows())
    return {kind: found.get(kind, 0) for kind in CLUSTER_TYPES}


def largest_clusters(clusters: pl.DataFrame) -> pl.DataFrame:
    """The clusters of most firms."""
    columns = ["name", "cluster_type", "approach", "scheme", "sector", "firms", "sites", "rdi_active_share"]
    return clusters.sort("firms", "cluster_id", descending=[True, False]).head(LARGEST).select(columns)


def cluster_map(clusters: pl.DataFrame, towns: pl.DataFrame) -> bytes:
    """A map as PNG: outlines, and the centre of each cluster in the colour of its type, among the towns.

    Degrees are drawn as they are, with one degree of longitude as long as it is at 54.5 degrees north.
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 9.5), layout="constrained")
    axes = figure.add_subplot()
    axes.scatter(towns["longitude"], towns["latitude"], s=3, c="#00000022", linewidths=0)
    for name, latitude, longitude in _signposts(towns):
        axes.annotate(
            name, (longitude, latitude), fontsize=6, color="#00000088", xytext=(2, 2), textcoords="offset points"
        )
    outlines = shapely.from_wkt(clusters["outline_wkt"].drop_nulls().to_numpy())
    rings = [shapely.get_coordinates(shapely.get_exterior_ring(part)) for part in shapely.get_parts(outlines)]
    axes.add_collection(PolyCollection(rings, facecolors="#00000014", edgecolors="#00000066", linewidths=0.4))
    for kind, number in counts_by_type(clusters).items():
        of_kind = clusters.filter(pl.col("cluster_type") == kind)
        axes.scatter(of_kind["longitude"], of_kind["latitude"], s=9, c=COLOURS[kind], label=f"{kind} ({number})")
    axes.set(xlim=(WEST, EAST), ylim=(SOUTH, NORTH))
    axes.set_aspect(1 / math.cos(math.radians(MIDDLE_LATITUDE)))
    axes.set_xlabel("longitude, degrees")
    axes.set_ylabel("latitude, degrees")
    axes.legend(loc="upper left", frameon=False)
    return png(figure)


def _signposts(towns: pl.DataFrame) -> list[tuple[str, float, float]]:
    """Name, latitude and longitude of the largest towns that leave room for one another."""
    chosen: list[tuple[str, float, float]] = []
    for row in towns.sort("population", "name", descending=[True, False]).iter_rows(named=True):
        place = (row["name"], row["latitude"], row["longitude"])
        spacing = SIGNPOST_SPACING_DEGREES
        if all(abs(place[1] - other[1]) > spacing or abs(place[2] - other[2]) > spacing for other in chosen):
            chosen.append(place)
    return chosen
