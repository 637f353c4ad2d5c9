"""How a figure grows with size: the exponent of the power law that fits it best."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def growth_exponent(figures: Mapping[float, float]) -> float | None:
    """Slope of log figure on log scale by least squares; None where fewer than two scales are known.

    1 is in proportion to size, 2 with its square. Raises ValueError for a scale or figure that is not above 0.
    """
    if len(figures) < 2:
        return None
    scale, figure = np.array(list(figures)), np.array(list(figures.values()))
    if (scale <= 0).any() or (figure <= 0).any():
        raise ValueError(f"growth is known of scales and figures above 0 alone, not of {dict(figures)}")
    return float(np.polyfit(np.log(scale), np.log(figure), 1)[0])
