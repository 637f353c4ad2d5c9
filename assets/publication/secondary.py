"""Secondary suppression: which further figures to hold back so that no sensitive one follows from sums.

What belongs here: the choice. What does not: what is sensitive (rules, differences), whether the choice held (attack).

The method is the elastic linear programme of Robertson and Kelly: a table that agrees with all sums, in which the
sensitive figure is as far from the truth as protection asks, and in which published figures leave their rounding
interval as little as can be. Those that leave it are what must be suppressed; where none does, nothing more is
needed. Suppression only ever widens what agrees, so one pass over the targets suffices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOVED = 1e-6
"""Multiples of the rounding base by which a figure has left its interval, past what the solver may be wrong by."""


@dataclass
class Table:
    """Figures and the sums that bind them, in multiples of the rounding base."""

    low: Floats
    """Lower end of each figure's interval as published, or as it would be; 0 where suppressed. Shape (figures,)."""
    high: Floats
    """Upper end; infinite where suppressed."""
    weight: Floats
    """Cost of a unit that a figure leaves its interval by; infinite where it may not be suppressed."""
    sums: Any
    """Sparse matrix, shape (sums, figures); sums @ figures = 0."""
    inside: Any
    """Sparse matrix, shape (relations, figures); inside @ figures >= 0."""


@dataclass
class Targets:
    """Signed sums of figures that must be free to move: to `low` at the most, and to `high` at the least."""

    aims: Any
    """Sparse matrix, shape (targets, figures)."""
    low: Floats
    high: Floats


@dataclass
class Choice:
    """What was chosen."""

    suppressed: dict[int, int] = field(default_factory=dict)
    """Figure -> the first target that it protects."""
    unprotected: list[int] = field(default_factory=list)
    """Targets that nothing that may be suppressed can protect."""


def protect(table: Table, targets: Targets) -> Choice:
    """Choose figures until every target is protected. The table's arrays are not changed.

    Deterministic: targets are taken in the order they are given.
    """
    low, high = table.low.copy(), table.high.copy()
    choice = Choice()
    unprotected: set[int] = set()
    for sign, required in ((-1.0, -targets.low), (1.0, targets.high)):
        aims = sign * targets.aims
        open_targets = _not_reached_together(table, low, high, aims, required)
        while open_targets:
            target = open_targets.pop(0)
            reached = _elastic(table, low, high, aims[[target]], required[target])
            if reached is None:
                unprotected.add(target)
                continue
            figures, moved = reached
            for figure in np.flatnonzero(moved > MOVED).tolist():
                choice.suppressed[figure] = target
                low[figure], high[figure] = 0.0, np.inf
            values = aims @ figures
            open_targets = [other for other in open_targets if values[other] < required[other] - MOVED]
    choice.unprotected = sorted(unprotected)
    return choice


def _not_reached_together(table: Table, low: Floats, high: Floats, aims: Any, required: Floats) -> list[int]:
    """Targets left once tables that agree with all sums were found in which as many as can be reach what they must."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    left = list(range(aims.shape[0]))
    while left:
        shortfall = eye_array(len(left), format="csr")
        inside = hstack([-table.inside, csr_array((table.inside.shape[0], len(left)))])
        solved = linprog(
            np.concatenate([np.zeros(low.size), 1 / (1 + np.abs(required[left]))]),
            A_ub=vstack([inside, hstack([-aims[left], -shortfall])], format="csr"),
            b_ub=np.concatenate([np.zeros(table.inside.shape[0]), -required[left]]),
            A_eq=hstack([table.sums, csr_array((table.sums.shape[0], len(left)))], format="csr"),
            b_eq=np.zeros(table.sums.shape[0]),
            bounds=np.column_stack([np.concatenate([low, np.zeros(len(left))]), [*high, *[np.inf] * len(left)]]),
            method="highs",
        )
        if not solved.success:
            return left
        values = aims @ solved.x[: low.size]
        remaining = [target for target in left if values[target] < required[target] - MOVED]
        if len(remaining) == len(left):
            return left
        left = remaining
    return left


def _elastic(table: Table, low: Floats, high: Floats, aim: Any, required: float) -> tuple[Floats, Floats] | None:
    """The cheapest table in which the aim reaches what is required: its figures, and how far each left its interval."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack, vstack

    count = low.size
    elastic = np.flatnonzero(np.isfinite(high) & np.isfinite(table.weight))
    pick = csr_array((np.ones(elastic.size), (elastic, np.arange(elastic.size))), shape=(count, elastic.size))

    def spread(matrix: Any) -> Any:
        """The matrix over intervals, excesses and deficits instead of over figures."""
        return hstack([matrix, matrix @ pick, -(matrix @ pick)], format="csr")

    solved = linprog(
        np.concatenate([np.zeros(count), table.weight[elastic], table.weight[elastic]]),
        A_ub=vstack([spread(-table.inside), spread(-aim)], format="csr"),
        b_ub=np.concatenate([np.zeros(table.inside.shape[0]), [-required]]),
        A_eq=spread(table.sums),
        b_eq=np.zeros(table.sums.shape[0]),
        bounds=np.column_stack(
            [
                np.concatenate([low, np.zeros(2 * elastic.size)]),
                np.concatenate([high, np.full(elastic.size, np.inf), low[elastic]]),
            ]
        ),
        method="highs",
    )
    if not solved.success:
        return None
    above, below = solved.x[count : count + elastic.size], solved.x[count + elastic.size :]
    moved = np.zeros(count)
    moved[elastic] = above + below
    figures = solved.x[:count].copy()
    figures[elastic] += above - below
    return figures, moved
