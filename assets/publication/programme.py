"""Linear programmes of which only the aim and the limits change, each solved from where another ended.

Plumbing over HiGHS: no rule of disclosure control.
"""

from __future__ import annotations

from typing import Any, Literal

import highspy
import numpy as np
from highspy import simplex_constants
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Outcome = Literal["optimal", "unbounded", "infeasible"]
UNLIMITED = highspy.kHighsInf
STRATEGIES = {
    "primal": simplex_constants.SimplexStrategy.kSimplexStrategyPrimal,
    "dual": simplex_constants.SimplexStrategy.kSimplexStrategyDual,
}


class Programme:
    """Amounts within limits, and rows of them within limits, of which the least total cost is sought."""

    def __init__(self, low: Floats, high: Floats, strategy: Literal["primal", "dual"]) -> None:
        """Amounts of no cost between `low` and `high`, shape (amounts,).

        `strategy`: `primal` where a next programme has another cost, `dual` where it has other limits.
        """
        self._solver = highspy.Highs()
        self._solver.setOptionValue("output_flag", False)
        # Each programme starts at the solution of another, which presolving would lose.
        self._solver.setOptionValue("presolve", "off")
        self._solver.setOptionValue("simplex_strategy", int(STRATEGIES[strategy]))
        self._numbers = np.arange(low.size, dtype=np.int32)
        self._solver.addVars(low.size, low, high)

    def add_rows(self, matrix: Any, low: float, high: float) -> None:
        """Add that `matrix` (sparse, shape (rows, amounts)) times the amounts is between `low` and `high`."""
        count = matrix.shape[0]
        places = matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32)
        self._solver.addRows(count, np.full(count, low), np.full(count, high), matrix.nnz, *places, matrix.data)

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
