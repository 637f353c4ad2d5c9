"""Counts of works and of joint works, from blocks of ordered keys to Parquet.

What belongs here: totals of institutions, bins of pairs and their counting. What does not: which rows stand in a block
(`authorships_blocks`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assets.arrays import Integers
from assets.sources.authorships.bins import Bins
from assets.sources.authorships.blocks import Rows
from assets.sources.authorships.files import in_threads
from assets.sources.authorships.kernels import DONE, Keys, Numbers, PairKeys, in_order, merge, run_lengths, tally

BYTES_A_PAIR = 48
"""Of a bin of pairs while it is counted: key, the sort's other place for it, count, both ids as they are written."""
LEAST_PAIRS_AT_ONCE = 1_000
MOST_BINS, ROWS_A_BIN = 256, 500_000
LONGEST_BUFFER = 1 << 16


class PairCount:
    """The counts of all blocks. `tally_blocks` may run in several threads; then the rest is called once."""

    def __init__(self, rows: Rows, folder: Path, memory_bytes: int, threads: int) -> None:
        self._rows, self._threads = rows, threads
        institutions = len(rows.census.numbering)
        self._bin_of, self._least = _bins(rows.census.authorships)
        widest = int(np.diff(np.append(self._least, institutions)).max(initial=1))
        self._bits = (widest * institutions).bit_length()
        self._kind = np.dtype(np.uint32 if self._bits <= 32 else np.uint64)
        self._bins = Bins(folder, len(self._least), self._kind, memory_bytes // 2)
        self._room = memory_bytes // (4 * threads * len(self._least) * self._kind.itemsize)
        self._room = min(max(self._room, 16), LONGEST_BUFFER)
        self._at_once = max(memory_bytes // (threads * BYTES_A_PAIR), LEAST_PAIRS_AT_ONCE)
        self._works, self._billionths = np.zeros(institutions, np.int64), np.zeros(institutions, np.int64)
        self._lock = threading.Lock()

    @property
    def spilled_bytes(self) -> int:
        """Bytes that went to disk."""
        return self._bins.spilled_bytes

    def tally_blocks(self, blocks: Iterator[Keys]) -> None:
        """Count what is in blocks of ordered, distinct keys, each with all keys of its works."""
        works, billionths = np.zeros_like(self._works), np.zeros_like(self._billionths)
        buffers = np.empty((len(self._least), self._room), self._kind)
        fill = np.zeros(len(self._least), np.int64)
        is_end, bits = self._rows.is_end, self._rows.bits
        for keys in blocks:
            state = np.zeros(4, np.int64)
            counted = (keys, bits, is_end, works, billionths, self._bin_of, self._least, buffers, fill, state)
            while (number := tally(*counted)) != DONE:
                self._bins.add(number, buffers[number])
                fill[number] = 0
        for number, size in enumerate(fill.tolist()):
            if size:
                self._bins.add(number, buffers[number, :size])
        with self._lock:
            self._works += works
            self._billionths += billionths

    def write_institutions(self, target: Path) -> None:
        """Write `institution_id`, `works`, `billionths` of the institutions that count."""
        rows = np.flatnonzero(self._rows.is_end & (self._works > 0))
        ids = self._rows.census.numbering.ids.take(pa.array(rows))
        table = {"institution_id": ids, "works": self._works[rows], "billionths": self._billionths[rows]}
        pq.write_table(pa.table(table), target)

    def write_pairs(self, folder: Path) -> tuple[Path, ...]:
        """Write `institution_a`, `institution_b`, `works`: a file for each bin that has any; returns them in order."""
        folder.mkdir()

        def written(taken: Iterator[int]) -> list[Path]:
            return [path for number in taken if (path := self._write_bin(number, folder)) is not None]

        paths = in_threads(written, range(len(self._least)), self._threads)
        return tuple(sorted(path for some in paths for path in some))

    def _write_bin(self, number: int, folder: Path) -> Path | None:
        keys, counts = self._counted(number)
        if not len(keys):
            return None
        first, second = np.divmod(keys, keys.dtype.type(len(self._works)))
        ids = self._rows.census.numbering.ids
        names = {
            "institution_a": _named(ids, self._least[number] + first.astype(np.int64)),
            "institution_b": _named(ids, second.astype(np.int64)),
        }
        target = folder / f"pairs-{number:03}.parquet"
        is_text = not pa.types.is_integer(ids.type)
        pq.write_table(
            pa.table({**names, "works": counts}),
            target,
            use_dictionary=True if is_text else ["institution_a", "works"],
            # The second ids ascend within each first.
            column_encoding=None if is_text else {"institution_b": "DELTA_BINARY_PACKED"},
        )
        return target

    def _counted(self, number: int) -> tuple[PairKeys, Integers]:
        """The pairs of a bin in order, and the works of each."""
        total, of_total = np.empty(0, self._kind), np.empty(0, np.int64)
        for keys in self._bins.take(number, self._at_once):
            ordered = in_order(keys, np.empty_like(keys), self._bits)
            counts = np.empty(len(ordered), np.int64)
            found = run_lengths(ordered, counts)
            if not len(total):
                total, of_total = ordered[:found], counts[:found]
                continue
            both, of_both = np.empty(len(total) + found, self._kind), np.empty(len(total) + found, np.int64)
            size = merge(total, of_total, ordered[:found], counts[:found], both, of_both)
            total, of_total = both[:size], of_both[:size]
        return total, of_total


def _bins(authorships: Integers) -> tuple[Numbers, Integers]:
    """The bin of each institution, and the first institution of each bin: about as many pairs in each.

    Every pair is in the bin of its first institution; how many an institution is the first of goes as its own rows
    times those of the institutions after it.
    """
    if not len(authorships):
        return np.empty(0, np.int32), np.zeros(1, np.int64)
    after = authorships.sum() - np.cumsum(authorships)
    weight = np.cumsum(authorships.astype(np.float64) * after + 1.0)
    bins = min(max(1, int(authorships.sum()) // ROWS_A_BIN), MOST_BINS)
    wanted = np.minimum((weight / weight[-1:] * bins).astype(np.int64), bins - 1)
    _, least, bin_of = np.unique(wanted, return_index=True, return_inverse=True)
    return bin_of.astype(np.int32), least.astype(np.int64)


def _named(ids: pa.Array, numbers: Integers) -> pa.Array:
    if pa.types.is_integer(ids.type):
        return pa.array(ids.to_numpy()[numbers])
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), ids).cast(ids.type)
