"""What a person sees of how sure the clusters are: how many of which word, and where they lie.

What belongs here: pictures drawn from a step's own frames. What does not: what is published.
"""

from __future__ import annotations

import polars as pl

from assets.pictures import png

COLOURS = {"robust": "#1b7837", "fair": "#e08214", "fragile": "#b2182b"}


def words(stability: pl.DataFrame) -> dict[str, int]:
    """Number of clusters of each word."""
    found = dict(stability.group_by("word").len().iter_rows())
    return {word: found.get(word, 0) for word in COLOURS}


def stability_png(stability: pl.DataFrame, fragile: float, robust: float) -> bytes:
    """Histogram of the mean Jaccard similarity over the draws, with the limits of the words."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.add_subplot()
    values = [stability.filter(pl.col("word") == word)["mean_jaccard"].to_numpy() for word in COLOURS]
    labels = [f"{word} ({number})" for word, number in words(stability).items()]
    bins = [step / 20 for step in range(21)]
    axes.hist(values, bins=bins, stacked=True, color=list(COLOURS.values()), label=labels)
    for limit in (fragile, robust):
        axes.axvline(limit, color="#00000088", linewidth=0.8)
    axes.set_xlabel(f"mean Jaccard similarity over the draws; fragile to {fragile:g}, robust from {robust:g}")
    axes.set_ylabel("clusters")
    axes.legend(frameon=False)
    return png(figure)


def stability_map_png(members: pl.DataFrame, stability: pl.DataFrame, title: str) -> bytes:
    """The middle of each cluster in the colour of its word, Great Britain; `members` has a row a site."""
    from matplotlib.figure import Figure

    middles = (
        members.filter(pl.col("grid") == "gb")
        .group_by("cluster_id")
        .agg(pl.col("easting", "northing").mean() / 1000)
        .join(stability.select("cluster_id", "word"), on="cluster_id")
        .sort("cluster_id")
    )
    figure = Figure(figsize=(5, 7), layout="constrained")
    axes = figure.add_subplot()
    for word, colour in COLOURS.items():
        of_word = middles.filter(pl.col("word") == word)
        axes.scatter(of_word["easting"], of_word["northing"], s=9, c=colour, label=f"{word} ({of_word.height})")
    axes.set_aspect("equal")
    axes.set_xlabel("easting, km")
    axes.set_ylabel("northing, km")
    axes.set_title(title)
    axes.legend(frameon=False)
    return png(figure)
