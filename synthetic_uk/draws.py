"""Where business goes: postcodes drawn by how much each attracts.

What belongs here: the one way in which anything that is not planted gets a place, so that all registers have the same
background. What does not: the postcodes themselves (`geography`).
"""

from __future__ import annotations

import numpy as np

from assets.arrays import Floats, Integers
from synthetic_uk.geography import REGIONS, Postcodes


class Draw:
    """Draws postcodes by how much business each has, with a lean from region to region."""

    def __init__(self, postcodes: Postcodes) -> None:
        self._order = np.argsort(postcodes.region, kind="stable")
        self._total = np.cumsum(postcodes.draw[self._order])
        bounds = np.searchsorted(postcodes.region[self._order], np.arange(len(REGIONS) + 1))
        edges = np.concatenate([[0.0], self._total])[bounds]
        self._low, self._high = edges[:-1], edges[1:]

    def postcodes(self, rng: np.random.Generator, lean: Floats, sector: Integers) -> Integers:
        """One postcode for each sector index; `lean` is sectors x regions."""
        share = (self._high - self._low) * lean
        cumulative = np.cumsum(share, axis=1)
        cumulative /= cumulative[:, -1:]
        region = np.zeros(len(sector), dtype=np.int64)
        uniform = rng.random(len(sector))
        for edge in range(len(REGIONS) - 1):
            region += uniform > cumulative[sector, edge]
        where = self._low[region] + rng.random(len(sector)) * (self._high - self._low)[region]
        return self._order[np.minimum(np.searchsorted(self._total, where, side="right"), len(self._order) - 1)]
