"""Pictures of groups for a person to look at: how large they are, and where they lie.

What belongs here: PNGs drawn from a step's own frames. What does not: maps that are published.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.arrays import Integers
from assets.pictures import png


def group_sizes_png(firms: Integers) -> bytes:
    """Histogram of distinct firms a group, on a logarithmic axis."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.add_subplot()
    if len(firms):
        axes.hist(firms, bins=np.geomspace(firms.min(), firms.max() + 1, 30).tolist())
        axes.set_xscale("log")
    axes.set_xlabel("firms in the group")
    axes.set_ylabel("groups")
    axes.set_title(f"{len(firms)} groups")
    return png(figure)


def group_map_png(members: pl.DataFrame, title: str) -> bytes:
    """Members of groups where they lie: columns group_id, easting, northing in metres of one grid."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 7), layout="constrained")
    axes = figure.add_subplot()
    colour = members["group_id"].rank("dense").to_numpy() if members.height else np.empty(0)
    # Neighbouring numbers get unlike colours: the golden ratio spreads them round the map of colours.
    axes.scatter(
        members["easting"].to_numpy() / 1000,
        members["northing"].to_numpy() / 1000,
        c=(colour * 0.618) % 1,
        cmap="turbo",
        s=1,
    )
    axes.set_aspect("equal")
    axes.set_xlabel("easting, km")
    axes.set_ylabel("northing, km")
    axes.set_title(title)
    return png(figure)
