"""Pictures of the Index for a person to look at: rankings, and events per head.

What belongs here: PNGs drawn from a step's own frames. What does not: maps and tables that are published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from assets.innovation_index.categories import CATEGORIES, OVERALL
from assets.pictures import png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

RISEN, FALLEN, LEVEL = "#1b7837", "#b2182b", "#4d4d4d"
LARGEST_TOWNS = 10
LONGEST_NAME = 34


def rankings_png(rankings: pl.DataFrame) -> bytes:
    """A panel of bars a category, the largest first; beside each its share and its change of rank since last month.

    `rankings`: `category`, `rank`, `name`, `percentage`, `rank_change_month` (null where unknown).
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
    return png(figure)


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
