"""Which side of a line a point lies on, without rounding: the one question that points in outlines come down to.

What belongs here: the exact sign of the turn. What does not: outlines, or what is done with the answer.
"""

from __future__ import annotations

import numpy as np
from numba import njit

FILTER = 1e-15
"""Of the sum of both products: where their difference is larger, rounding cannot have changed its sign (Shewchuk 1997
needs a third of it)."""
SPLIT = 134217729.0
"""2 to the 27th and 1: cuts the 53 bits of a number in two halves whose products are exact (Dekker 1971)."""
TERMS = 16
"""Two products of two differences; a difference is exactly two numbers, a product of two numbers exactly two."""


@njit(cache=True, nogil=True)
def side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    """Above 0 where p is left of the line from a to b, below 0 where it is right of it, 0 where it is on it.

    Only the sign means anything; it is that of the exact (b - a) x (p - a) for the numbers given, as long as nothing
    over- or underflows.
    """
    left, right = (bx - ax) * (py - ay), (by - ay) * (px - ax)
    turn = left - right
    if abs(turn) > FILTER * (abs(left) + abs(right)):
        return turn
    return _exact_side(ax, ay, bx, by, px, py)


@njit(cache=True, nogil=True)
def _exact_side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    """`side` by a sum of exact terms that do not overlap; the last that is not 0 has the sign of them all."""
    total = np.zeros(TERMS)
    terms = 0
    for sign, one, other in (
        (1.0, _difference(bx, ax), _difference(py, ay)),
        (-1.0, _difference(by, ay), _difference(px, ax)),
    ):
        for part in one:
            for factor in other:
                for term in _product(sign * part, factor):
                    carried = term
                    for place in range(terms):
                        carried, total[place] = _sum(carried, total[place])
                    total[terms] = carried
                    terms += 1
    for place in range(TERMS - 1, -1, -1):
        if total[place] != 0.0:
            return total[place]
    return 0.0


@njit(cache=True, nogil=True)
def _sum(one: float, other: float) -> tuple[float, float]:
    """The rounded sum and what rounding left out (Knuth)."""
    total = one + other
    taken = total - one
    return total, (one - (total - taken)) + (other - taken)


@njit(cache=True, nogil=True)
def _difference(one: float, other: float) -> tuple[float, float]:
    return _sum(one, -other)


@njit(cache=True, nogil=True)
def _product(one: float, other: float) -> tuple[float, float]:
    """The rounded product and what rounding left out (Dekker)."""
    product = one * other
    carried = SPLIT * one
    one_high = carried - (carried - one)
    one_low = one - one_high
    carried = SPLIT * other
    other_high = carried - (carried - other)
    other_low = other - other_high
    return product, one_low * other_low - (
        ((product - one_high * other_high) - one_low * other_high) - one_high * other_low
    )
