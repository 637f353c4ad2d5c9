"""The attack: how closely a reader of everything published can bound what was suppressed.

What belongs here: the published figures as linear constraints, and the least and greatest value of anything that
agrees with them all. What does not: how cells were chosen for suppression; nothing of that is imported or known here.

The attacker is taken to know more than any reader does: which figures are the very same businesses', month to month
and profile to profile, and which cluster lies wholly inside which. The bounds are certain, not probable: n figures
rounded to b may together be off by n b / 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.publication.matrices import signed_sums, total_rows

OPTIMAL, INFEASIBLE, UNBOUNDED = 0, 2, 3
TOLERANCE = 1e-6
"""Of a bound, relative: what the solver may be wrong by."""


@dataclass(frozen=True)
class Published:
    """Everything that can be read in this month's and earlier publications, of one measure."""

    cells: pl.DataFrame
    """`cell`, `figure` (cells with the same are the same businesses'), `given` (rounded; null where suppressed)."""
    sums: pl.DataFrame
    """`total`, `part`: the cells that each total is the sum of."""
    inside: pl.DataFrame
    """`comparison`, `cell`, `sign`: of each comparison the signed sum is no less than 0."""
    base: int
    """What figures are rounded to."""


def bound(published: Published, wanted: pl.DataFrame) -> pl.DataFrame:
    """The least and greatest value of signed sums of cells that agree with everything published.

    `wanted`: `target`, `cell`, `sign`. Returns `target`, `lower`, `upper` (null where there is none), in units, by
    `target`. Raises ValueError where what is published contradicts itself.
    """
    from scipy.optimize import linprog

    figures = published.cells.select("figure").unique().sort("figure").with_row_index("column")
    columns = published.cells.join(figures, on="figure").select("cell", pl.col("column").cast(pl.Int64))
    limits = _limits(published, figures)
    equal = signed_sums(total_rows(published.sums), columns, figures.height)
    lesser = published.inside.select(row="comparison", cell="cell", sign=-pl.col("sign"))
    at_most = signed_sums(lesser, columns, figures.height)
    system = {
        "A_eq": equal if equal.shape[0] else None,
        "b_eq": np.zeros(equal.shape[0]) if equal.shape[0] else None,
        "A_ub": at_most if at_most.shape[0] else None,
        "b_ub": np.zeros(at_most.shape[0]) if at_most.shape[0] else None,
        "bounds": limits,
        "method": "highs",
    }
    aims = signed_sums(wanted.select(row="target", cell="cell", sign="sign"), columns, figures.height)
    found = []
    for aim in aims.toarray() if aims.shape[0] else []:
        ends: list[float | None] = []
        for direction in (1, -1):
            solved = linprog(direction * aim, **system)
            if solved.status == OPTIMAL:
                ends.append(direction * float(solved.fun) * published.base)
            elif solved.status == UNBOUNDED:
                ends.append(None)
            elif solved.status == INFEASIBLE:
                raise ValueError(
                    "the published figures contradict one another: an earlier month was made again after it was "
                    "published; publish that month again, then this one"
                )
            else:
                raise ValueError(f"bounds of suppressed figures cannot be computed: {solved.message}")
        found.append(ends)
    return pl.DataFrame(
        {
            "target": wanted["target"].unique().sort(),
            "lower": [ends[0] for ends in found],
            "upper": [ends[1] for ends in found],
        },
        schema={"target": wanted.schema["target"], "lower": pl.Float64, "upper": pl.Float64},
    )


def is_protected() -> pl.Expr:
    """Whether `lower` and `upper` are as far apart as `required_lower` and `required_upper`."""
    low_enough = pl.col("lower") <= pl.col("required_lower") + TOLERANCE * (1 + pl.col("required_lower").abs())
    high_enough = pl.col("upper") >= pl.col("required_upper") - TOLERANCE * (1 + pl.col("required_upper").abs())
    return low_enough.fill_null(True) & high_enough.fill_null(True)


def _limits(published: Published, figures: pl.DataFrame) -> NDArray[np.float64]:
    """Least and greatest value of each figure by itself, in multiples of the base: its rounding interval, else 0 up."""
    given = pl.col("given") / published.base
    each = (
        published.cells.group_by("figure")
        .agg(low=(given - 0.5).max(), high=(given + 0.5).min())
        .join(figures, on="figure", how="right")
        .sort("column")
    )
    low = np.maximum(each["low"].fill_null(0.0).to_numpy(), 0.0)
    high = each["high"].fill_null(np.inf).to_numpy()
    return np.column_stack([low, high])
