"""Links between items: those that work together are drawn to each other before they are clustered.

What belongs here: from shared work to pairs, from pairs to positions. What does not: reading, clustering.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.arrays import Floats, Integers


def linked_pairs(items: pl.Series, works: pl.DataFrame, most_partners: int) -> tuple[Integers, Integers]:
    """Pairs of positions in `items` (identifiers, each once) that share a work, both ways round, each once.

    `works`: `item_id`, `work`: a project or a paper. One with more than `most_partners` of the items links none.
    """
    numbered = works.unique().join(
        pl.DataFrame({"item_id": items}).with_row_index("position"), on="item_id", maintain_order="left"
    )
    small = numbered.filter(pl.len().over("work") <= most_partners)
    pairs = (
        small.join(small, on="work", suffix="_other")
        .filter(pl.col("position") != pl.col("position_other"))
        .select("position", "position_other")
        .unique()
        .sort("position", "position_other")
        .cast(pl.Int64)
    )
    return pairs["position"].to_numpy(), pairs["position_other"].to_numpy()


def draw_together(positions: Floats, first: Integers, second: Integers, weight: float) -> Floats:
    """Positions drawn to those they are linked with: (x + weight * mean of the linked) / (1 + weight) [ours].

    `positions`, shape (items, 2); `first[i]` is linked with `second[i]`. All move at once, from where they were; an
    item without links stays. Weight 0 gives the positions themselves.
    """
    if weight == 0:
        return positions
    links = np.bincount(first, minlength=len(positions))
    sums = [np.bincount(first, weights=axis[second], minlength=len(positions)) for axis in positions.T]
    linked = links > 0
    mean = np.column_stack(sums)[linked] / links[linked, None]
    drawn = positions.copy()
    drawn[linked] = (positions[linked] + weight * mean) / (1 + weight)
    return drawn
