"""Pictures of the Index for a person to look at: rankings, events per head, clusters, how good the classifier is.

What belongs here: PNGs drawn from a step's own frames. What does not: any figure, maps that are published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from assets.pictures import png
from assets.reference import CATEGORIES, OVERALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from assets.methods.text.classifier import HeldOut

RISEN, FALLEN, LEVEL = "#1b7837", "#b2182b", "#4d4d4d"
LARGEST_TOWNS = 10
LONGEST_NAME = 34
TOP_NAMES = 10
BINS = 8


def rankings_png(rankings: pl.DataFrame, mark: str = "") -> bytes:
    """A panel of bars a category, the largest first; beside each its share and its change of rank since last month.

    `rankings`: `category`, `rank`, `name`, `percentage`, `rank_change_month` (null where unknown); `mark` is across it.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 10), layout="constrained")
    panels = figure.subplots(3, 2).flat
    for axes, category in zip(panels, (OVERALL, *CATEGORIES), strict=True):
        shown = rankings.filter(pl.col("category") == category).sort("rank")
        changes = shown["rank_change_month"].to_list()
        labels = [f"{share:.1f}  {_arrow(change)}" for share, change in zip(shown["percentage"], changes, strict=True)]
        _bars(axes, shown["name"], shown["percentage"], labels, [_colour(change) for change in changes])
        axes.set_title(category)
        axes.set_xlabel("percent of the items")
    return png(figure, mark=mark)


def events_png(places: pl.DataFrame) -> bytes:
    """A panel of bars a category: the towns of most events for each 100,000 residents, and how many times the usual.

    `places`: `category`, `place`, `events`, `events_per_100k`, `event_concentration` (null where unknown).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 10), layout="constrained")
    *panels, spare = figure.subplots(3, 2).flat
    spare.set_axis_off()
    for axes, category in zip(panels, CATEGORIES, strict=True):
        most = (
            places.filter((pl.col("category") == category) & (pl.col("events") > 0))
            .drop_nulls("events_per_100k")
            .sort("events_per_100k", "place", descending=[True, False])
            .head(LARGEST_TOWNS)
        )
        labels = [f"{times:.1f} × usual" for times in most["event_concentration"]]
        _bars(axes, most["place"], most["events_per_100k"], labels, [LEVEL] * most.height)
        axes.set_title(category)
        axes.set_xlabel("events for each 100,000 residents")
    return png(figure)


def cluster_map_png(clusters: pl.DataFrame, title: str) -> bytes:
    """Outlines and centres of clusters, the centre's area by share; the largest are named.

    `clusters`: `name`, `percentage`, `latitude`, `longitude`, `outline_wkt` (may be null), at least one row.
    """
    import shapely
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


def held_out_png(held_out: HeldOut) -> bytes:
    """For each category: precision against recall as the threshold moves, and its share against its probability."""
    from matplotlib.figure import Figure
    from sklearn.metrics import precision_recall_curve

    figure = Figure(figsize=(9, 4), layout="constrained")
    trade, reliability = figure.subplots(1, 2)
    for column, category in enumerate(CATEGORIES):
        labels, probabilities = held_out.labels[:, column], held_out.probabilities[:, column]
        precision, recall, _ = precision_recall_curve(labels, probabilities)
        trade.plot(recall, precision, label=category)
        parts = [part for part in np.array_split(np.argsort(probabilities, kind="stable"), BINS) if len(part)]
        reliability.plot(
            [probabilities[part].mean() for part in parts], [labels[part].mean() for part in parts], marker="o"
        )
    reliability.plot([0, 1], [0, 1], color="grey", linestyle="dotted")
    trade.set(xlabel="recall", ylabel="precision", title="on examples not seen in training")
    reliability.set(xlabel="mean probability", ylabel="share that is of the category", title="in eighths of examples")
    trade.legend(loc="lower left", fontsize="small")
    return png(figure)


def _bars(axes: Axes, names: pl.Series, values: pl.Series, labels: Sequence[str], colours: Sequence[str]) -> None:
    ticks = range(len(names))
    bars = axes.barh(ticks, values.to_numpy(), color=list(colours))
    axes.set_yticks(ticks, [name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…" for name in names])
    axes.bar_label(bars, labels=list(labels), padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.25)


def _arrow(change: int | None) -> str:
    if not change:
        return "" if change is None else "="
    return f"▲{change}" if change > 0 else f"▼{-change}"


def _colour(change: int | None) -> str:
    if not change:
        return LEVEL
    return RISEN if change > 0 else FALLEN
