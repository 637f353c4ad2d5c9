"""Random numbers: one independent stream for each named purpose, all from one seed.

What belongs here: how a seed becomes generators. What does not: any drawing. A purpose has its own stream so that a
change to one part of the synthetic United Kingdom leaves the draws of the others as they were.
"""

from __future__ import annotations

import zlib

import numpy as np

from assets.arrays import Floats, Integers

UNKNOWN = -1
"""In an array of counts or indices: not known, or any."""
OVERSEAS = 1 << 40
"""Organisations abroad have numbers from here on; those of the United Kingdom are below."""


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """The generator of a purpose, for example `stream(7, "rtic", "births", 3)`; the same for the same arguments."""
    words = [part if isinstance(part, int) else zlib.crc32(part.encode()) for part in purpose]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def scattered(seed: int, purpose: str, numbers: Integers) -> Floats:
    """A number from 0 to below 1 for each of `numbers`, the same whatever others stand beside it.

    For what follows from a thing's own number: the same in every month, in any order, in chunks of any size.
    """
    start = (zlib.crc32(purpose.encode()) << 32) ^ (seed * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    # The finaliser of SplitMix64, on unsigned integers that wrap around.
    mixed = numbers.astype(np.uint64) * np.uint64(0xD1342543DE82EF95) + np.uint64(start)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def choose(rng: np.random.Generator, weights: Floats, size: int) -> Integers:
    """`size` indices drawn with the given weights (any positive sum), with replacement."""
    cumulative = np.cumsum(weights)
    drawn = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right")
    return np.minimum(drawn, len(weights) - 1).astype(np.int64)


def spread_ids(count: int) -> list[str]:
    """`count` distinct 32-digit hexadecimal texts that look random and do not depend on a seed."""
    mask = (1 << 64) - 1
    texts = []
    for number in range(1, count + 1):
        first = (number * 0x9E3779B97F4A7C15) & mask
        second = ((first ^ (first >> 29)) * 0xBF58476D1CE4E5B9) & mask
        texts.append(f"{first:016x}{second:016x}")
    return texts
