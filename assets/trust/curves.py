"""Pictures of K-densities for a person to look at.

What belongs here: PNGs drawn from a step's own frames. What does not: the curves (`assets.methods.trust`).
"""

from __future__ import annotations

import polars as pl

from assets.pictures import png

COLUMNS = 3


def curves_png(sectors: pl.DataFrame, curves: pl.DataFrame) -> bytes:
    """The curve of each sector among its bands: scheme, sector, verdict; curves as in the table `trust.k_density`."""
    from matplotlib.figure import Figure

    rows = -(-sectors.height // COLUMNS)
    figure = Figure(figsize=(4 * COLUMNS, 3 * rows), layout="constrained")
    panels = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for panel in panels[sectors.height :]:
        panel.set_axis_off()
    for panel, (scheme, sector, verdict) in zip(panels, sectors.iter_rows(), strict=False):
        of_sector = curves.filter((pl.col("scheme") == scheme) & (pl.col("sector") == sector)).sort("distance_km")
        at = of_sector["distance_km"].to_numpy()
        panel.fill_between(at, of_sector["low"], of_sector["high"], color="#cccccc", label="global band")
        panel.plot(at, of_sector["expected"], color="#888888", linewidth=1, label="mean of draws")
        panel.plot(at, of_sector["local_low"], color="#888888", linewidth=0.8, linestyle=":", label="local band")
        panel.plot(at, of_sector["local_high"], color="#888888", linewidth=0.8, linestyle=":")
        panel.plot(at, of_sector["k"], color="#1d4f91", linewidth=1.6, label="sector")
        panel.set_title(f"{sector} ({scheme}): {verdict}", fontsize=9)
        panel.set_ylim(bottom=0)
        panel.set_xlabel("km between two sites")
    panels[0].set_ylabel("density, per km")
    panels[0].legend(fontsize=7)
    return png(figure)
