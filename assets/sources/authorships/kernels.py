"""The inner loops of counting authorships, compiled: keys of works and institutions, their order, pairs out of them.

What belongs here: functions of arrays that run without the interpreter's lock. What does not: files, threads, memory.

A row of the authorships is a *key* of 64 bits: the paper id, counted from a base, above `bits` bits of the
institution's number. Keys in order are works in order, and within each its institutions in order. A pair of
institutions is a key too: the number of the first, counted from the least of its bin, times the number of institutions,
plus the number of the second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from assets.arrays import Bools, Integers

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint8]
"""Eight in a number, the lowest first, as Arrow marks which values are there; none at all where all are."""
PairKeys = npt.NDArray[Any]
"""Of 32 bits where they suffice, else of 64."""

UNKNOWN = -1
"""The number of no institution."""
DONE = -1
SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that products by it differ where numbers do; its high bits depend on all of theirs (Fibonacci hashing)."""
LOOK_BACK = 8
"""Rows before one that are looked at for the same institution of the same work: most repeats stand that near."""
DIGIT_BITS = 9
"""A sort's counters stay in the nearest cache with this many bits at a time."""


@njit(cache=True, nogil=True)
def fill_table(ids: Integers, slots: Integers, numbers: Numbers) -> None:
    """Put each id with its position into an open table of a power of two of slots, all of them empty (UNKNOWN)."""
    mask = len(slots) - 1
    for number in range(len(ids)):
        at = np.int64((np.uint64(ids[number]) * SPREAD) >> np.uint64(32)) & mask
        while numbers[at] != UNKNOWN:
            at = (at + 1) & mask
        slots[at] = ids[number]
        numbers[at] = number


@njit(cache=True, nogil=True)
def is_set(bits: Bits, at: int) -> bool:
    """Whether the bit is set; all are where there are none."""
    return len(bits) == 0 or (bits[at >> 3] >> (at & 7)) & 1 == 1


@njit(cache=True, nogil=True)
def look_up(ids: Integers, known: Bits, offset: int, slots: Integers, numbers: Numbers, found: Numbers) -> None:
    """The number of each id into `found`; UNKNOWN where it is not `known`, from bit `offset` on, or in no slot."""
    mask = len(slots) - 1
    for row in range(len(ids)):
        at = np.int64((np.uint64(ids[row]) * SPREAD) >> np.uint64(32)) & mask
        while numbers[at] != UNKNOWN and slots[at] != ids[row]:
            at = (at + 1) & mask
        # Asked last: which rows have an id is hard to foresee for the processor, what is not in the table is not.
        found[row] = numbers[at] if numbers[at] != UNKNOWN and is_set(known, offset + row) else UNKNOWN


@njit(cache=True, nogil=True)
def _stands_before(keys: Keys, at: int, key: np.uint64, bits: np.uint64) -> bool:
    for back in range(at - 1, max(at - 1 - LOOK_BACK, -1), -1):
        if keys[back] == key:
            return True
        if keys[back] >> bits != key >> bits:
            return False
    return False


@njit(cache=True, nogil=True)
def gather(papers: Integers, numbers: Numbers, low: int, high: int, bits: int, keys: Keys, at: int) -> tuple[int, int]:
    """Keys of the rows whose paper id is from `low` to below `high`, counted from `low`, into `keys` from `at` on.

    Returns where the next key goes, and how many rows are in the range, those without an institution too.
    """
    shift, within = np.uint64(bits), 0
    for row in range(len(papers)):
        if low <= papers[row] < high:
            within += 1
            if numbers[row] != UNKNOWN:
                key = (np.uint64(papers[row] - low) << shift) | np.uint64(numbers[row])
                if not _stands_before(keys, at, key, shift):
                    keys[at] = key
                    at += 1
    return at, within


@njit(cache=True, nogil=True)
def scatter(papers: Integers, numbers: Numbers, base: int, bits: int, buffers: Keys, fill: Integers, start: int) -> int:
    """Keys of the rows from `start` on, counted from `base`, each into the buffer (bins x room) of its work.

    All rows of a work go to one bin. Returns the row whose buffer is full, or the number of rows when all are done.
    """
    shift, bins, room = np.uint64(bits), np.uint64(buffers.shape[0]), buffers.shape[1]
    for row in range(start, len(papers)):
        if numbers[row] != UNKNOWN:
            paper = np.uint64(papers[row] - base)
            place = np.int64((((paper * SPREAD) >> np.uint64(32)) * bins) >> np.uint64(32))
            key = (paper << shift) | np.uint64(numbers[row])
            at = fill[place]
            if at == room:
                return row
            if not _stands_before(buffers[place], at, key, shift):
                buffers[place, at] = key
                fill[place] = at + 1
    return len(papers)


@njit(cache=True, nogil=True)
def mark_works(papers: Integers, numbers: Numbers, marks: Bools) -> None:
    """Set the mark of each work with a row whose number is not UNKNOWN, among a power of two of them.

    Works share marks. Several threads may set them at once: a mark is a byte, and is only ever set.
    """
    mask = np.int64(len(marks) - 1)
    for row in range(len(papers)):
        if numbers[row] != UNKNOWN:
            marks[np.int64((np.uint64(papers[row]) * SPREAD) >> np.uint64(32)) & mask] = True


@njit(cache=True, nogil=True)
def rows_of_marked(
    papers: Integers, codes: Integers, known: Bits, offset: int, low: int, high: int, marks: Bools, rows: Integers
) -> int:
    """Into `rows` those of marked works from `low` to below `high` that are `known` (from bit `offset` on).

    Returns their number. One that repeats paper and code is mostly left out.
    """
    mask, kept = np.int64(len(marks) - 1), 0
    is_marked = np.empty(len(papers), np.bool_)
    # By itself, without a branch: marks are far apart in memory, and so many are waited for at once.
    for row in range(len(papers)):
        is_marked[row] = marks[np.int64((np.uint64(papers[row]) * SPREAD) >> np.uint64(32)) & mask]
    for row in range(len(papers)):
        if is_marked[row] and is_set(known, offset + row) and low <= papers[row] < high:
            is_repeat = False
            for back in range(kept - 1, max(kept - 1 - LOOK_BACK, -1), -1):
                before = rows[back]
                if papers[before] != papers[row]:
                    break
                is_repeat |= codes[before] == codes[row]
            if not is_repeat:
                rows[kept] = row
                kept += 1
    return kept


@njit(cache=True, nogil=True)
def in_order(keys: PairKeys, spare: PairKeys, bits: int) -> PairKeys:
    """The keys, of which the lowest `bits` bits are used, in ascending order; in one of the two arrays given.

    Radix sort from the lowest digit: a pass over all keys for each digit, whatever their values.
    """
    starts = np.empty(1 << DIGIT_BITS, np.int64)
    mask = np.uint64((1 << DIGIT_BITS) - 1)
    shift = 0
    while shift < bits:
        by = np.uint64(shift)
        starts[:] = 0
        for key in keys:
            starts[np.int64((np.uint64(key) >> by) & mask)] += 1
        total = 0
        for digit in range(len(starts)):
            count = starts[digit]
            starts[digit] = total
            total += count
        for key in keys:
            place = np.int64((np.uint64(key) >> by) & mask)
            spare[starts[place]] = key
            starts[place] += 1
        keys, spare = spare, keys
        shift += DIGIT_BITS
    return keys


@njit(cache=True, nogil=True)
def drop_repeats(keys: Keys) -> int:
    """Move one of each of the ordered keys to the front; returns their number."""
    kept = 0
    for key in keys:
        if kept == 0 or key != keys[kept - 1]:
            keys[kept] = key
            kept += 1
    return kept


@njit(cache=True, nogil=True)
def tally(
    keys: Keys,
    bits: int,
    is_end: Bools,
    works: Integers,
    billionths: Integers,
    bin_of: Numbers,
    least: Integers,
    buffers: PairKeys,
    fill: Integers,
    state: Integers,
) -> int:
    """Count the works of ordered, distinct keys for each institution, and write their pairs into the bins' buffers.

    Only works with an institution of `is_end` count, and only pairs with one. A work of n institutions counts
    round(1e9 / n) billionths for each. Returns the bin whose buffer is full: empty it and call again with the same
    `state` (four zeros at first: the work's first key, both ends of the next pair, whether the work is counted); DONE
    when all is counted.
    """
    shift, number_mask = np.uint64(bits), (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    room, institutions = buffers.shape[1], len(works)
    first, a, b, is_counted = state[0], state[1], state[2], state[3]
    while first < len(keys):
        paper, stop = keys[first] >> shift, first + 1
        while stop < len(keys) and keys[stop] >> shift == paper:
            stop += 1
        if is_counted == 0:
            has_end = False
            for at in range(first, stop):
                has_end |= is_end[np.int64(keys[at] & number_mask)]
            if not has_end:
                first = stop
                continue
            share = np.int64(np.floor(1e9 / (stop - first) + 0.5))
            for at in range(first, stop):
                number = np.int64(keys[at] & number_mask)
                works[number] += 1
                billionths[number] += share
            a, b, is_counted = first, first + 1, 1
        while a < stop - 1:
            number = np.int64(keys[a] & number_mask)
            place, every = bin_of[number], is_end[number]
            offset = (number - least[place]) * institutions
            at = fill[place]
            while b < stop:
                other = np.int64(keys[b] & number_mask)
                if every or is_end[other]:
                    if at == room:
                        fill[place] = at
                        state[0], state[1], state[2], state[3] = first, a, b, 1
                        return place
                    buffers[place, at] = offset + other
                    at += 1
                b += 1
            fill[place] = at
            a += 1
            b = a + 1
        first, is_counted = stop, 0
    return DONE


@njit(cache=True, nogil=True)
def run_lengths(keys: PairKeys, counts: Integers) -> int:
    """Move one of each of the ordered keys to the front, how often it stands into `counts`; returns their number."""
    kept = 0
    for key in keys:
        if kept and key == keys[kept - 1]:
            counts[kept - 1] += 1
        else:
            keys[kept] = key
            counts[kept] = 1
            kept += 1
    return kept


@njit(cache=True, nogil=True)
def merge(
    keys: PairKeys, counts: Integers, more: PairKeys, more_counts: Integers, out: PairKeys, out_counts: Integers
) -> int:
    """Two lists of ordered, distinct keys with counts as one, into `out`, with room for both; returns its length."""
    i = j = at = 0
    while i < len(keys) or j < len(more):
        if j == len(more) or (i < len(keys) and keys[i] < more[j]):
            out[at], out_counts[at] = keys[i], counts[i]
            i += 1
        elif i == len(keys) or more[j] < keys[i]:
            out[at], out_counts[at] = more[j], more_counts[j]
            j += 1
        else:
            out[at], out_counts[at] = keys[i], counts[i] + more_counts[j]
            i += 1
            j += 1
        at += 1
    return at
