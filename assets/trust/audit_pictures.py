"""Pictures of the audits: what the clusters rest on, and why money stands at no place.

What belongs here: drawing. What does not: what is told in figures (`audits`).
"""

from __future__ import annotations

import polars as pl

from assets.pictures import png

SHARES = {
    "registered_office_only_share": "registered office alone",
    "estimated_figures_share": "figures estimated",
    "fallback_coordinates_share": "placed by a fallback",
}
BINS = 20
MILLION = 1_000_000


def share_picture(audits: pl.DataFrame) -> bytes:
    """A histogram over clusters of each of SHARES; PNG bytes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 2.8), layout="constrained")
    panels = figure.subplots(1, len(SHARES), sharey=True)
    for axes, (name, words) in zip(panels, SHARES.items(), strict=True):
        axes.hist(audits[name].drop_nulls().to_list(), bins=BINS, range=(0, 1))
        axes.set_title(words, fontsize=10)
        axes.set_xlabel("share of the cluster")
    panels[0].set_ylabel("clusters")
    return png(figure)


def reason_picture(unplaced: pl.DataFrame) -> bytes:
    """Bars of `gbp` by `source` and `reason`, in millions; PNG bytes."""
    from matplotlib.figure import Figure

    names = [f"{source}: {reason}".replace("_", " ") for source, reason in unplaced.select("source", "reason").rows()]
    amounts = [float(amount) / MILLION for amount in unplaced["gbp"]]
    figure = Figure(figsize=(8, 1.2 + 0.32 * len(names)), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(names, amounts)
    axes.bar_label(bars, labels=[f"{amount:,.1f}" for amount in amounts], padding=3)
    axes.set_xlabel("GBP, millions")
    axes.invert_yaxis()
    axes.margins(x=0.2)
    return png(figure)
