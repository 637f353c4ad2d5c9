"""Pictures of the classifier for a person to look at: whether its probabilities mean what they say.

What belongs here: PNGs drawn from what models said of examples they had not seen. What does not: any figure.
"""

from __future__ import annotations

import numpy as np
from sklearn.metrics import precision_recall_curve

from assets.innovation_index.categories import CATEGORIES
from assets.innovation_index.classifier import HeldOut
from assets.pictures import png

BINS = 8


def held_out_png(held_out: HeldOut) -> bytes:
    """For each category: precision against recall as the threshold moves, and its share against its probability."""
    from matplotlib.figure import Figure

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
