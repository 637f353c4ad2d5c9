"""What a person sees of how far methods agree: a matrix of each two, and where on the map.

What belongs here: means over sectors, and pictures of them. What does not: what is published.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from assets.pictures import png
from assets.trust.matrix import matrix_png


def mean_agreement(agreement: pl.DataFrame) -> pl.DataFrame:
    """Of each two methods the means over the sectors, each counting once, and the sectors in which both find a group.

    `agreement`: the columns of `trust.method_agreement`.
    """
    return (
        agreement.group_by("method", "other_method", maintain_order=True)
        .agg(
            sectors=pl.col("adjusted_mutual_information").count(),
            adjusted_mutual_information=pl.col("adjusted_mutual_information").mean().round(3),
            grouped_jaccard=pl.col("grouped_jaccard").mean().round(3),
        )
        .sort("method", "other_method")
    )


def sectors_with_groups(agreement: pl.DataFrame, methods: Sequence[str]) -> dict[str, int]:
    """Of each method the sectors in which it finds a group."""
    sides = (("method", "groups"), ("other_method", "other_groups"))
    found = pl.concat([agreement.select("scheme", "sector", method=name, groups=groups) for name, groups in sides])
    counts = found.filter(pl.col("groups") > 0).group_by("method").agg(pl.struct("scheme", "sector").n_unique())
    return {method: dict(counts.iter_rows()).get(method, 0) for method in methods}


def agreement_png(means: pl.DataFrame, methods: Sequence[str]) -> bytes:
    """The matrix of mean adjusted mutual information, as `mean_agreement` has it; 1 where a method meets itself."""
    values = np.eye(len(methods))
    for one, other, mean in means.select("method", "other_method", "adjusted_mutual_information").iter_rows():
        row, column = methods.index(one), methods.index(other)
        values[row, column] = values[column, row] = np.nan if mean is None else mean
    words = [["" if np.isnan(value) else f"{value:.2f}" for value in row] for row in values]
    return matrix_png(values, words, methods, methods, "adjusted mutual information, mean over sectors")


def agreement_map_png(squares: pl.DataFrame, methods: int, side_km: float, title: str) -> bytes:
    """Squares in the colour of how many methods find a point there; the columns of `trust.agreement_map`."""
    from matplotlib.figure import Figure

    over_lists = squares.group_by("easting_km", "northing_km").agg(
        ((pl.col("methods_mean") * pl.col("points")).sum() / pl.col("points").sum()).alias("mean")
    )
    east, north = (over_lists[name].to_numpy() for name in ("easting_km", "northing_km"))
    column, row = (((at - at.min()) / side_km).round().astype(np.int64) for at in (east, north))
    grid = np.full((row.max() + 1, column.max() + 1), np.nan)
    grid[row, column] = over_lists["mean"].to_numpy()
    figure = Figure(figsize=(5.5, 7), layout="constrained")
    axes = figure.add_subplot()
    extent = (east.min(), east.max() + side_km, north.min(), north.max() + side_km)
    drawn = axes.imshow(grid, origin="lower", extent=extent, cmap="viridis", vmin=0, vmax=methods)
    figure.colorbar(drawn, ax=axes, shrink=0.5, label=f"of {methods} methods")
    axes.set_aspect("equal")
    axes.set_xlabel("easting, km")
    axes.set_ylabel("northing, km")
    axes.set_title(title, fontsize=9)
    return png(figure)
