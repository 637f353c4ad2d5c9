"""The attack: how closely a reader of everything published can bound what was suppressed.

What belongs here: the published figures as linear constraints, and the least and greatest value of anything that
agrees with them all. What does not: how cells were chosen for suppression; nothing of that is imported or known here.

The attacker is taken to know more than any reader does: which figures are the very same businesses', month to month
and profile to profile, and which cluster lies wholly inside which. The bounds are certain, not probable: n figures
rounded to b may together be off by n b / 2.

One programme is made of all that is published, and only what it aims at changes from target to target, so that each
starts where the last ended. Where it is only asked whether a target is bounded too closely, any table that agrees with
all that is published and has the target low (or high) enough is the answer: each table that was found is held against
all targets, and few need a programme of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.arrays import Floats
from assets.methods.disclosure.matrices import signed_sums, total_rows
from assets.methods.disclosure.programme import UNLIMITED, Programme, Relations, reach_together

TOLERANCE = 1e-6
"""Of a bound, relative: what the solver may be wrong by."""


@dataclass(frozen=True)
class Published:
    """Everything that can be read in all releases, of one measure."""

    cells: pl.DataFrame
    """`cell`, `figure` (cells with the same are the same businesses'), `given` (rounded; null where suppressed), `base`
    (what it is rounded to)."""
    sums: pl.DataFrame
    """`total`, `part`: the cells that each total is the sum of."""
    inside: pl.DataFrame
    """`comparison`, `cell`, `sign`: of each comparison the signed sum is no less than 0."""
    base: int
    """What amounts are counted in: this month's base of rounding."""


def bound(published: Published, wanted: pl.DataFrame) -> pl.DataFrame:
    """The least and greatest value of signed sums of cells that agree with everything published.

    `wanted`: `target`, `cell`, `sign`. Returns `target`, `lower`, `upper` (null where there is none), in units, by
    `target`. Raises ValueError where what is published contradicts itself.
    """
    reading = _Reading(published)
    aims = reading.aims(wanted)
    found: list[list[float | None]] = []
    for target in range(aims.shape[0]):
        ends: list[float | None] = []
        for direction in (1.0, -1.0):
            table = reading.least(direction * _row(aims, target))
            ends.append(None if table is None else float((aims[[target]] @ table)[0]) * published.base)
        found.append(ends)
    return _bounds(wanted, found)


def attack(published: Published, wanted: pl.DataFrame, required: pl.DataFrame) -> pl.DataFrame:
    """Whether signed sums of cells can be bounded more closely than they may.

    `required`: `target`, `required_lower`, `required_upper`, in units. Returns what `bound` does, but where a sum is
    free enough, only as far as was looked: `lower` is then a value no greater than it must be able to have, `upper` one
    no less. Where it is not, they are its exact bounds.
    """
    reading = _Reading(published)
    aims = reading.aims(wanted)
    needs = required.sort("target")
    goal = {
        1.0: needs["required_lower"].to_numpy() / published.base,
        -1.0: needs["required_upper"].to_numpy() / published.base,
    }
    extreme = {direction: np.full(aims.shape[0], direction * np.inf) for direction in goal}

    def left(direction: float) -> NDArray[np.int64]:
        """Targets that no table found so far has as low (or high) as they must be able to be."""
        short = direction * (extreme[direction] - goal[direction])
        return np.flatnonzero(short > TOLERANCE / 2 * (1 + np.abs(goal[direction])))

    def look(table: Floats) -> None:
        values = aims @ table
        extreme[1.0], extreme[-1.0] = np.minimum(extreme[1.0], values), np.maximum(extreme[-1.0], values)

    for direction in (1.0, -1.0):
        for table in reach_together(reading.relations, -direction * aims, -direction * goal[direction]):
            look(table)
        while (open_targets := left(direction)).size:
            target = open_targets[0]
            furthest = reading.least(direction * _row(aims, target))
            if furthest is None:
                extreme[direction][target] = -direction * np.inf
                continue
            look(furthest)
            if target in left(direction):
                # Its own bound, and too close: asked once.
                goal[direction][target] = extreme[direction][target]
    ends = np.column_stack([extreme[1.0], extreme[-1.0]]) * published.base
    return _bounds(wanted, [[float(end) if np.isfinite(end) else None for end in row] for row in ends])


class _Reading:
    """All that is published as one linear programme, in multiples of the base, of which only the aim changes."""

    def __init__(self, published: Published) -> None:
        self._figures = published.cells.select("figure").unique().sort("figure").with_row_index("column")
        self._columns = published.cells.join(self._figures, on="figure").select("cell", pl.col("column").cast(pl.Int64))
        self.relations = Relations(
            *_limits(published, self._figures),
            self._matrix(total_rows(published.sums)),
            self._matrix(published.inside.rename({"comparison": "row"})),
        )
        self._programme = Programme(self.relations.low, self.relations.high, "primal")
        self._programme.add_rows(self.relations.sums, 0.0, 0.0)
        self._programme.add_rows(self.relations.inside, 0.0, UNLIMITED)

    def aims(self, wanted: pl.DataFrame) -> Any:
        """`wanted` as a sparse matrix over the programme's figures."""
        return self._matrix(wanted.select("cell", "sign", row="target"))

    def least(self, aim: Floats) -> Floats | None:
        """A table that agrees with everything and has the least of the aim; None where there is no least."""
        self._programme.cost(np.asarray(aim, dtype=float))
        outcome = self._programme.solve()
        if outcome == "optimal":
            return self._programme.amounts()
        if outcome == "infeasible":
            raise ValueError(
                "the published figures contradict one another: rows of ledger.released were changed by hand; "
                "put the ledger back from a copy of the warehouse"
            )
        return None

    def _matrix(self, coefficients: pl.DataFrame) -> Any:
        return signed_sums(coefficients, self._columns, self._figures.height)


def _row(matrix: Any, number: int) -> Floats:
    return np.asarray(matrix[[number]].toarray()).ravel()


def _bounds(wanted: pl.DataFrame, found: list[list[float | None]]) -> pl.DataFrame:
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


def _limits(published: Published, figures: pl.DataFrame) -> tuple[Floats, Floats]:
    """Least and greatest value of each figure by itself, in multiples of the base: its rounding interval, else 0 up."""
    given, half = pl.col("given") / published.base, pl.col("base") / (2 * published.base)
    each = (
        published.cells.group_by("figure")
        .agg(low=(given - half).max(), high=(given + half).min())
        .join(figures, on="figure", how="right")
        .sort("column")
    )
    low = np.maximum(each["low"].fill_null(0.0).to_numpy(), 0.0)
    return low, each["high"].fill_null(UNLIMITED).to_numpy()
