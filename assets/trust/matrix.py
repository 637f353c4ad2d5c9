"""A matrix of numbers as a picture: rows and columns by name, each cell coloured and with its number in words.

What belongs here: drawing. What does not: what the numbers are of.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assets.arrays import Floats
from assets.pictures import png

DARK_FROM = 0.6
"""Share of the greatest value from which a cell is so dark that its words are white."""

INCHES_A_LETTER = 0.068
"""Of a row's name, about, at the size at which names are written."""


def matrix_png(
    values: Floats, words: Sequence[Sequence[str]], rows: Sequence[str], columns: Sequence[str], title: str
) -> bytes:
    """PNG bytes of values from 0, shape (rows, columns), NaN where there is none; `words` stand in the cells."""
    from matplotlib.figure import Figure

    width = INCHES_A_LETTER * max(map(len, rows), default=0) + 0.6 + 1.35 * len(columns)
    figure = Figure(figsize=(width, 1.4 + 0.42 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    most = max(float(np.nanmax(values, initial=0.0)), 1e-9)
    axes.imshow(values, cmap="Blues", vmin=0, vmax=most, aspect="auto")
    axes.set_xticks(range(len(columns)), columns, fontsize=9)
    axes.set_yticks(range(len(rows)), rows, fontsize=9)
    axes.tick_params(length=0)
    for row, of_row in enumerate(words):
        for column, text in enumerate(of_row):
            is_dark = values[row, column] >= DARK_FROM * most
            axes.text(column, row, text, ha="center", va="center", fontsize=9, color="white" if is_dark else "black")
    axes.set_title(title, fontsize=10)
    return png(figure)
