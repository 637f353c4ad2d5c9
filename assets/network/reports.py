"""Pictures of the graph and its communities for a person to look at.

What belongs here: PNGs drawn from a step's own frames. What does not: maps, anything that is published.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.pictures import png


def sizes_png(sizes: pl.Series, label: str) -> bytes:
    """Histogram of whole numbers above zero on logarithmic axes; `label` says what they count."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.add_subplot()
    if len(sizes):
        values = sizes.to_numpy()
        axes.hist(values, bins=np.geomspace(values.min(), values.max() + 1, 30).tolist())
        axes.set_xscale("log")
        axes.set_yscale("log")
    axes.set_xlabel(label)
    return png(figure)
