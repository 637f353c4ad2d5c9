"""What disclosure control knows of one measure: this month's figures beside all that has been released.

What belongs here: the frames and their columns. What does not: where they are read from.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

PLACE = ["month", "release", "profile", "table_name", "label"]
"""Where a figure stands."""


@dataclass(frozen=True)
class Figures:
    """One measure: this month's figures, and those of every release before."""

    cells: pl.DataFrame
    """`cell` (this month's first, numbered alike in all measures), PLACE, `run` (what a profile's clusters are apart
    within: its sector), `is_now`, `is_compared` (of an earlier one: whether who holds what of it is in
    `contributions`), `vector` (figures of which the same businesses hold the same amounts have the same), `value` in
    hundredths, `given` (as released; null where suppressed, and of this month), `base` (what it was rounded to). A
    figure that no source gives is not among them."""
    base: int
    """What this month's figures are rounded to."""
    sums: pl.DataFrame
    """`total`, `part`: the cells that each total is the sum of."""
    contributions: pl.DataFrame
    """`vector`, `organisation`, `value` in hundredths."""
    goals: pl.DataFrame
    """What earlier releases promised to protect: `number`, `cell` (that it is reported of), `title`,
    `required_lower`, `required_upper`, and its terms `vector`, `sign`; one row a term."""
    inside: pl.DataFrame
    """Signed sums that are not below 0: `number`, `vector`, `sign`."""
    held_back: frozenset[int]
    """Vectors that an earlier release of this month, under the same parameters, suppressed."""
