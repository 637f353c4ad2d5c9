"""The random numbers of the partitions: xoshiro256++ in compiled loops.

What belongs here: the generator and what is drawn from it. What does not: what they are drawn for.
Every partition has its seed, and a month partitioned again must come out as it was: so numbers, and the ways to draw
them, are those of the Rust crate rand 0.10 (`SmallRng` on 64 bits), which the reference in the tests draws from.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from assets.network.graph import Integers

State = NDArray[np.uint64]
"""Shape (4,)."""

LOW_32 = np.uint64(0xFFFFFFFF)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
"""Of SplitMix64 (Steele, Lea, Flood 2014), which spreads a seed over the state."""


@numba.njit(cache=True, nogil=True)
def seeded(seed: int) -> State:
    """The state that a seed of 64 bits begins from."""
    state = np.empty(4, dtype=np.uint64)
    at = np.uint64(seed)
    for place in range(4):
        at += GOLDEN
        mixed = (at ^ (at >> np.uint64(30))) * MIX_1
        mixed = (mixed ^ (mixed >> np.uint64(27))) * MIX_2
        state[place] = mixed ^ (mixed >> np.uint64(31))
    return state


@numba.njit(cache=True, nogil=True)
def below(state: State, limit: int) -> np.int64:
    """A whole number from 0 to `limit` - 1, `limit` from 1 to 2 to the 32nd less 1 (Canon's method on 32 bits)."""
    span = np.uint64(limit)
    scaled = (_next(state) >> np.uint64(32)) * span
    drawn, left = scaled >> np.uint64(32), scaled & LOW_32
    if left > LOW_32 + np.uint64(1) - span:
        more = (_next(state) >> np.uint64(32)) * span >> np.uint64(32)
        drawn += (left + more) >> np.uint64(32)
    return np.int64(drawn)


@numba.njit(cache=True, nogil=True)
def unit(state: State) -> float:
    """A number from 0 to below 1, in steps of 2 to the -53rd."""
    return np.float64(_next(state) >> np.uint64(11)) * 2.0**-53


@numba.njit(cache=True, nogil=True)
def shuffled(length: int, state: State) -> Integers:
    """0 to `length` - 1, each place in turn exchanged with one at random (not every order is as likely)."""
    order = np.arange(length)
    for place in range(length):
        other = below(state, length)
        order[place], order[other] = order[other], order[place]
    return order


@numba.njit(cache=True, nogil=True)
def _next(state: State) -> np.uint64:
    """64 bits (Blackman and Vigna 2021)."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    drawn = _turned(a + d, np.uint64(23)) + a
    shifted = b << np.uint64(17)
    c ^= a
    d ^= b
    state[1] = b ^ c
    state[0] = a ^ d
    state[2] = c ^ shifted
    state[3] = _turned(d, np.uint64(45))
    return drawn


@numba.njit(cache=True, nogil=True)
def _turned(bits: np.uint64, by: np.uint64) -> np.uint64:
    return (bits << by) | (bits >> (np.uint64(64) - by))
