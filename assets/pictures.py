"""The PNG of a figure: the one place that says how pictures are written. What is drawn is its layer's."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 110
MARK_SIZE = 9
"""Points of a mark across a figure for each inch of its shorter side."""


def png(figure: Figure, dots_per_inch: int = DOTS_PER_INCH, mark: str = "") -> bytes:
    """The figure as PNG bytes; `mark` is a word that stands across it."""
    if mark:
        size = MARK_SIZE * min(figure.get_size_inches())
        figure.text(
            0.5, 0.5, mark, size=size, weight="bold", color="#a1123a", alpha=0.22, rotation=24, ha="center", va="center"
        )
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dots_per_inch)
    return buffer.getvalue()
