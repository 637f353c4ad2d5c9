"""Whole numbers at random inside compiled loops: numpy's own generator, number for number.

What belongs here: the stream of `numpy.random.Generator(PCG64).integers`. What does not: what is drawn with it. A
compiled loop that asks numpy's generator for one number at a time waits ten times as long for it as for all the rest.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

State = NDArray[np.uint64]
"""Shape (6,): state (high, low), increment (high, low), whether half a draw is left over, and that half."""

LOW_32 = np.uint64(0xFFFFFFFF)
MULTIPLIER_HIGH, MULTIPLIER_LOW = np.uint64(0x2360ED051FC65DA4), np.uint64(0x4385DF649FCCF645)
"""Of PCG64 (O'Neill 2014)."""


def state_of(generator: np.random.Generator) -> State:
    """Where a generator stands. Raises ValueError for one that is not PCG64, numpy's default."""
    given = generator.bit_generator.state
    if given["bit_generator"] != "PCG64":
        raise ValueError(f"{given['bit_generator']} is not PCG64: make the generator with numpy.random.default_rng")
    state, increment = given["state"]["state"], given["state"]["inc"]
    halves = [number >> shift & (1 << 64) - 1 for number in (state, increment) for shift in (64, 0)]
    return np.array([*halves, given["has_uint32"], given["uinteger"]], dtype=np.uint64)


def put_state(generator: np.random.Generator, state: State) -> None:
    """Make a generator go on from where `state` stands."""
    high, low, increment_high, increment_low, has_half, half = (int(part) for part in state)
    generator.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": high << 64 | low, "inc": increment_high << 64 | increment_low},
        "has_uint32": has_half,
        "uinteger": half,
    }


@numba.njit(cache=True, nogil=True)
def below(state: State, limit: int) -> np.int64:
    """A whole number from 0 to `limit` - 1, as `integers(0, limit)` gives; `limit` from 1 to 2 to the 32nd less 1.

    Lemire 2019, with 32 bits.
    """
    if limit == 1:
        return np.int64(0)
    span = np.uint64(limit)
    scaled = _next_32(state) * span
    left = scaled & LOW_32
    if left < span:
        threshold = (LOW_32 + np.uint64(1) - span) % span
        while left < threshold:
            scaled = _next_32(state) * span
            left = scaled & LOW_32
    return np.int64(scaled >> np.uint64(32))


@numba.njit(cache=True, nogil=True)
def _next_32(state: State) -> np.uint64:
    """Half a draw of 64 bits, the low half first."""
    if state[4]:
        state[4] = np.uint64(0)
        return state[5]
    low = state[1] * MULTIPLIER_LOW + state[3]
    high = (
        _high_of_product(state[1], MULTIPLIER_LOW)
        + state[0] * MULTIPLIER_LOW
        + state[1] * MULTIPLIER_HIGH
        + state[2]
        + np.uint64(low < state[3])
    )
    state[0], state[1] = high, low
    mixed, turn = high ^ low, high >> np.uint64(58)
    drawn = mixed >> turn | mixed << ((np.uint64(64) - turn) & np.uint64(63))
    state[4], state[5] = np.uint64(1), drawn >> np.uint64(32)
    return drawn & LOW_32


@numba.njit(cache=True, nogil=True)
def _high_of_product(one: np.uint64, other: np.uint64) -> np.uint64:
    """The upper 64 bits of the product of two numbers of 64 bits."""
    half = np.uint64(32)
    one_low, one_high = one & LOW_32, one >> half
    other_low, other_high = other & LOW_32, other >> half
    middle = one_high * other_low + (one_low * other_low >> half)
    across = one_low * other_high + (middle & LOW_32)
    return one_high * other_high + (middle >> half) + (across >> half)
