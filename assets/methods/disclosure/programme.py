"""Linear programmes over what is published: of one aim after another, and of as many at once as can be reached.

Plumbing over HiGHS: no rule of disclosure control.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np
from highspy import simplex_constants

from assets.arrays import Floats

Outcome = Literal["optimal", "unbounded", "infeasible"]
UNLIMITED = highspy.kHighsInf
TOLERANCE = 1e-6
"""What the solver may be wrong by in a figure or a sum."""
BEYOND = 1e-6
"""What is asked for beyond what is required, relative to one more than that, so that a near miss is none."""
METHODS: dict[str, dict[str, Any]] = {
    # Each programme starts at the solution of another, which presolving would lose.
    "primal": {"presolve": "off", "simplex_strategy": int(simplex_constants.SimplexStrategy.kSimplexStrategyPrimal)},
    "dual": {"presolve": "off", "simplex_strategy": int(simplex_constants.SimplexStrategy.kSimplexStrategyDual)},
    # Any solution is as good as one at a corner, which would take most of the time.
    "interior": {"solver": "ipm", "run_crossover": "off"},
}


@dataclass(frozen=True)
class Relations:
    """Figures and what binds them, in any unit."""

    low: Floats
    """Least value of each, shape (figures,)."""
    high: Floats
    """Greatest value; infinite where there is none."""
    sums: Any
    """Sparse matrix, shape (sums, figures); sums @ figures = 0."""
    inside: Any
    """Sparse matrix, shape (relations, figures); inside @ figures >= 0."""

    def hold(self, table: Floats) -> bool:
        """Whether figures, shape (figures,), agree with all of it, as far as a solver can tell."""
        missed = (self.low - table, table - self.high, np.abs(self.sums @ table), -(self.inside @ table))
        return all(bool((by <= TOLERANCE).all()) for by in missed)


class Programme:
    """Amounts within limits, and rows of them within limits, of which the least total cost is sought."""

    def __init__(self, low: Floats, high: Floats, method: Literal["primal", "dual", "interior"]) -> None:
        """Amounts of no cost between `low` and `high`, shape (amounts,).

        `method`: `primal` where a next programme has another cost, `dual` where it has other limits, `interior` where
        there is no next.
        """
        self._solver = highspy.Highs()
        self._solver.setOptionValue("output_flag", False)
        for option, value in METHODS[method].items():
            self._solver.setOptionValue(option, value)
        self._numbers = np.arange(low.size, dtype=np.int32)
        self._solver.addVars(low.size, low, high)

    def add_rows(self, matrix: Any, low: Floats | float, high: Floats | float) -> None:
        """Add that `matrix` (sparse rows, shape (rows, amounts)) times the amounts is between `low` and `high`."""
        count = matrix.shape[0]
        limits = np.full(count, low, dtype=float), np.full(count, high, dtype=float)
        places = matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32)
        self._solver.addRows(count, *limits, matrix.nnz, *places, matrix.data)

    def limit(self, low: Floats, high: Floats) -> None:
        """Give all amounts other limits, shape (amounts,)."""
        self._solver.changeColsBounds(self._numbers.size, self._numbers, low, high)

    def limit_row(self, row: int, low: float, high: float) -> None:
        """Give the row of this number, in the order they were added, other limits."""
        self._solver.changeRowBounds(row, low, high)

    def cost(self, costs: Floats) -> None:
        """Give the amounts other costs, shape (amounts,)."""
        self._solver.changeColsCost(self._numbers.size, self._numbers, costs)

    def start(self) -> Any:
        """Where the last programme ended, for `solve`."""
        return self._solver.getBasis()

    def solve(self, start: Any = None) -> Outcome:
        """Find the least cost, from `start` or where the last programme ended.

        Raises ValueError where the solver gives up.
        """
        if start is not None:
            self._solver.setBasis(start)
        self._solver.run()
        kinds = highspy.HighsModelStatus
        status = self._solver.getModelStatus()
        if status == kinds.kUnboundedOrInfeasible:
            return self._with_no_end()
        outcomes: dict[Any, Outcome] = {
            kinds.kOptimal: "optimal",
            kinds.kUnbounded: "unbounded",
            kinds.kInfeasible: "infeasible",
        }
        if status not in outcomes:
            reason = self._solver.modelStatusToString(status)
            raise ValueError(f"what can be known of suppressed figures cannot be computed: {reason}")
        return outcomes[status]

    def attempt(self) -> Floats:
        """What the solver came to, shape (amounts,), whatever it says of it: the caller sees whether it will do."""
        self._solver.run()
        return self.amounts()

    def amounts(self) -> Floats:
        """The amounts of the solution, shape (amounts,)."""
        return np.asarray(self._solver.getSolution().col_value)

    def _with_no_end(self) -> Outcome:
        """Which of the two it is: whether anything agrees at all is another question."""
        costs = np.asarray(self._solver.getLp().col_cost_)
        self.cost(np.zeros(self._numbers.size))
        self._solver.run()
        agrees = self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        self.cost(costs)
        return "unbounded" if agrees else "infeasible"


def reach_together(relations: Relations, aims: Any, required: Floats) -> Iterator[Floats]:
    """Tables of figures in which signed sums of them are as great as required, as many at once as can be.

    `aims`: sparse, shape (sums, figures); `required`, shape (sums,). Each table reaches some that none before it did;
    the last is followed by none where nothing more was reached. Figures agree with the relations to the solver's
    tolerance.
    """
    from scipy.sparse import csr_array, eye_array, hstack

    left = np.arange(aims.shape[0])
    width = relations.low.size
    while left.size:
        asked = required[left] + BEYOND * (1 + np.abs(required[left]))
        low, high = np.zeros(left.size), np.full(left.size, np.inf)
        programme = Programme(np.append(relations.low, low), np.append(relations.high, high), "interior")
        for matrix, most in ((relations.sums, 0.0), (relations.inside, UNLIMITED)):
            programme.add_rows(hstack([matrix, csr_array((matrix.shape[0], left.size))], format="csr"), 0.0, most)
        programme.add_rows(hstack([aims[left], eye_array(left.size)], format="csr"), asked, UNLIMITED)
        # What a sum falls short by costs in proportion to what is required of it.
        programme.cost(np.append(np.zeros(width), 1 / (1 + np.abs(asked))))
        table = programme.attempt()[:width]
        if table.size < width or not relations.hold(table):
            return
        is_reached = aims[left] @ table >= required[left]
        if not is_reached.any():
            return
        left = left[~is_reached]
        yield table
