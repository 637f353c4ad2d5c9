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

from assets.publication.programme import UNLIMITED, Floats, Programme

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

    Deterministic: targets are taken in the order they are given, and each is looked at from the same start.
    """
    low, high = table.low.copy(), table.high.copy()
    choice = Choice()
    unprotected: set[int] = set()
    for sign, required in ((-1.0, -targets.low), (1.0, targets.high)):
        elastic = _Elastic(table, low, high, sign * targets.aims, required)
        open_targets = elastic.not_reached_together()
        while open_targets:
            target = open_targets.pop(0)
            reached = elastic.reach(target)
            if reached is None:
                unprotected.add(target)
                continue
            values, moved = reached
            for figure in np.flatnonzero(moved > MOVED).tolist():
                choice.suppressed[figure] = target
                low[figure], high[figure] = 0.0, np.inf
            open_targets = [other for other in open_targets if values[other] < required[other] - MOVED]
    choice.unprotected = sorted(unprotected)
    return choice


class _Elastic:
    """The table, how far figures are beyond their intervals, and how far targets are short of what is required.

    One programme over all three, in which only limits change: no figure leaves its interval while it is asked what
    targets can be reached together; no shortfall is left of the one target that must be reached.
    """

    def __init__(self, table: Table, low: Floats, high: Floats, aims: Any, required: Floats) -> None:
        """`low` and `high` are looked at anew for each question: the caller opens the intervals of what it suppressed.

        `aims` times the figures shall be `required` at the least.
        """
        from scipy.sparse import csr_array, eye_array, hstack

        self._low, self._high, self._aims, self._required = low, high, aims, required
        count, asked = low.size, aims.shape[0]
        self._elastic = np.flatnonzero(np.isfinite(high) & np.isfinite(table.weight))
        pick = csr_array(
            (np.ones(self._elastic.size), (self._elastic, np.arange(self._elastic.size))),
            shape=(count, self._elastic.size),
        )

        def spread(matrix: Any, shortfall: Any = None) -> Any:
            """The matrix over intervals, excesses, deficits and shortfalls instead of over figures."""
            none = csr_array((matrix.shape[0], asked))
            beyond = matrix @ pick
            return hstack([matrix, beyond, -beyond, none if shortfall is None else shortfall], format="csr")

        width = count + 2 * self._elastic.size + asked
        self._programme = Programme(np.zeros(width), np.zeros(width), "dual")
        self._programme.add_rows(spread(table.sums), 0.0, 0.0)
        self._programme.add_rows(spread(table.inside), 0.0, UNLIMITED)
        self._programme.add_rows(spread(aims, eye_array(asked, format="csr")), -UNLIMITED, UNLIMITED)
        self._first_aim = table.sums.shape[0] + table.inside.shape[0]
        self._weight = table.weight[self._elastic]
        self._start: Any = None

    def not_reached_together(self) -> list[int]:
        """Targets left once tables that agree with all sums were found in which as many as can be reach theirs."""
        asked = len(self._required)
        left = list(range(asked))
        for target in left:
            self._programme.limit_row(self._first_aim + target, self._required[target], UNLIMITED)
        while left:
            self._limit(may_leave=False, short=np.full(asked, np.inf))
            costs = np.zeros(asked)
            costs[left] = 1 / (1 + np.abs(self._required[left]))
            self._cost(np.zeros(self._elastic.size), costs)
            if self._programme.solve() != "optimal":
                break
            values = self._aims @ self._figures()[0]
            remaining = [target for target in left if values[target] < self._required[target] - MOVED]
            if len(remaining) == len(left):
                break
            left = remaining
        for target in range(asked):
            self._programme.limit_row(self._first_aim + target, -UNLIMITED, UNLIMITED)
        self._cost(self._weight, np.zeros(asked))
        return left

    def reach(self, target: int) -> tuple[Floats, Floats] | None:
        """The cheapest table in which the target has what is required: all targets' values, how far figures left.

        None where there is none.
        """
        self._limit(may_leave=True, short=np.zeros(len(self._required)))
        if self._start is None:
            # A table in which nothing leaves its interval has no cost: from it, each target's is a few steps away.
            self._programme.solve()
            self._start = self._programme.start()
        row = self._first_aim + target
        self._programme.limit_row(row, self._required[target], UNLIMITED)
        outcome = self._programme.solve(self._start)
        self._programme.limit_row(row, -UNLIMITED, UNLIMITED)
        if outcome != "optimal":
            return None
        figures, moved = self._figures()
        return self._aims @ figures, moved

    def _limit(self, *, may_leave: bool, short: Floats) -> None:
        """Limits of the intervals, the excesses, the deficits and the shortfalls."""
        low, high = self._low, self._high
        # A figure that was suppressed since has an interval without end, and nothing beyond it.
        leaves = may_leave & np.isfinite(high[self._elastic])
        self._programme.limit(
            np.concatenate([low, np.zeros(2 * self._elastic.size + short.size)]),
            np.concatenate([high, np.where(leaves, np.inf, 0.0), np.where(leaves, low[self._elastic], 0.0), short]),
        )

    def _cost(self, of_leaving: Floats, of_falling_short: Floats) -> None:
        self._programme.cost(np.concatenate([np.zeros(self._low.size), of_leaving, of_leaving, of_falling_short]))

    def _figures(self) -> tuple[Floats, Floats]:
        """Each figure of the solution, and how far it is beyond its interval."""
        count, elastic = self._low.size, self._elastic.size
        figures, above, below, _ = np.split(self._programme.amounts(), np.cumsum([count, elastic, elastic]))
        beyond, moved = np.zeros(count), np.zeros(count)
        beyond[self._elastic], moved[self._elastic] = above - below, above + below
        return figures + beyond, moved
