"""Secondary suppression: which further figures to hold back so that no sensitive one follows from sums.

What belongs here: the choice. What does not: what is sensitive (rules, differences), whether the choice held (attack).

The method is the elastic linear programme of Robertson and Kelly: a table that agrees with all sums, in which the
sensitive figure is as far from the truth as protection asks, and in which published figures leave their rounding
interval as little as can be. Those that leave it are what must be suppressed; where none does, nothing more is
needed. Suppression only ever widens what agrees, so one pass over the targets suffices.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from assets.arrays import Floats
from assets.methods.disclosure.programme import UNLIMITED, Programme, Relations, reach_together

MOVED = 1e-6
"""Multiples of the rounding base by which a figure has left its interval, past what the solver may be wrong by."""


@dataclass
class Table:
    """Figures and the sums that bind them, in multiples of the rounding base."""

    relations: Relations
    """Each figure's interval as published, or as it would be, without end where suppressed; and the sums."""
    weight: Floats
    """Cost of a unit that a figure leaves its interval by; infinite where it may not be suppressed."""


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

    Deterministic: targets are taken in the order they are given, and each is looked at from the same start.
    """
    low, high = table.relations.low.copy(), table.relations.high.copy()
    choice = Choice()
    unprotected: set[int] = set()
    for sign, required in ((-1.0, -targets.low), (1.0, targets.high)):
        aims = sign * targets.aims
        open_targets = list(range(aims.shape[0]))
        for figures in reach_together(replace(table.relations, low=low, high=high), aims, required):
            open_targets = _not_reached(open_targets, aims @ figures, required)
        elastic = _Elastic(table, low, high, aims, required)
        while open_targets:
            target = open_targets.pop(0)
            reached = elastic.reach(target)
            if reached is None:
                unprotected.add(target)
                continue
            figures, moved = reached
            for figure in np.flatnonzero(moved > MOVED).tolist():
                choice.suppressed[figure] = target
                low[figure], high[figure] = 0.0, np.inf
            open_targets = _not_reached(open_targets, aims @ figures, required)
    choice.unprotected = sorted(unprotected)
    return choice


def _not_reached(targets: list[int], values: Floats, required: Floats) -> list[int]:
    return [target for target in targets if values[target] < required[target] - MOVED]


class _Elastic:
    """The table and how far figures are beyond their intervals: one programme, in which only limits change."""

    def __init__(self, table: Table, low: Floats, high: Floats, aims: Any, required: Floats) -> None:
        """`low` and `high` are looked at anew for each target: the caller opens the intervals of what it suppressed.

        `aims` times the figures shall be `required` at the least, for one target at a time.
        """
        from scipy.sparse import csr_array, hstack

        self._low, self._high, self._required = low, high, required
        self._elastic = np.flatnonzero(np.isfinite(high) & np.isfinite(table.weight))
        pick = csr_array(
            (np.ones(self._elastic.size), (self._elastic, np.arange(self._elastic.size))),
            shape=(low.size, self._elastic.size),
        )
        sums, inside = table.relations.sums, table.relations.inside
        self._programme = Programme(*self._limits(), "dual")
        for matrix, least, most in ((sums, 0.0, 0.0), (inside, 0.0, UNLIMITED), (aims, -UNLIMITED, UNLIMITED)):
            # Over intervals, excesses and deficits instead of over figures.
            beyond = matrix @ pick
            self._programme.add_rows(hstack([matrix, beyond, -beyond], format="csr"), least, most)
        weight = table.weight[self._elastic]
        self._programme.cost(np.concatenate([np.zeros(low.size), weight, weight]))
        self._first_aim = sums.shape[0] + inside.shape[0]
        self._start: Any = None

    def reach(self, target: int) -> tuple[Floats, Floats] | None:
        """The cheapest table in which the target has what is required: its figures, and how far each is beyond.

        None where there is none.
        """
        self._programme.limit(*self._limits())
        if self._start is None:
            # A table in which nothing leaves its interval costs nothing: each target's is a few steps from it.
            self._programme.solve()
            self._start = self._programme.start()
        row = self._first_aim + target
        self._programme.limit_row(row, self._required[target], UNLIMITED)
        outcome = self._programme.solve(self._start)
        self._programme.limit_row(row, -UNLIMITED, UNLIMITED)
        if outcome != "optimal":
            return None
        count, elastic = self._low.size, self._elastic.size
        figures, above, below = np.split(self._programme.amounts(), [count, count + elastic])
        moved = np.zeros(count)
        moved[self._elastic] = above + below
        figures[self._elastic] += above - below
        return figures, moved

    def _limits(self) -> tuple[Floats, Floats]:
        """Limits of the intervals, the excesses and the deficits."""
        low, high = self._low, self._high
        # A figure that was suppressed since has an interval without end, and nothing beyond it.
        leaves = np.isfinite(high[self._elastic])
        most = [np.where(leaves, np.inf, 0.0), np.where(leaves, low[self._elastic], 0.0)]
        return np.append(low, np.zeros(2 * self._elastic.size)), np.concatenate([high, *most])
