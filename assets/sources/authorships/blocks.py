"""Blocks of authorships with all rows of their works: ranges of paper ids where files ascend, else bins.

What belongs here: which rows are read together. What does not: what is counted of them (`authorships_pairs`).
"""

from __future__ import annotations

import bisect
import itertools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assets.arrays import Bools, Integers
from assets.sources.authorships.bins import Bins
from assets.sources.authorships.files import AuthorshipFiles, Census, RowGroup, in_threads, papers
from assets.sources.authorships.kernels import Keys, Numbers, drop_repeats, gather, in_order, scatter

MOST_REREAD = 1.3
"""Ranges are used where no more than this many times the rows are read for all of them."""
LONGEST_BUFFER = 1 << 14


@dataclass(frozen=True)
class Rows:
    """The authorships, their institutions numbered."""

    files: AuthorshipFiles
    groups: tuple[RowGroup, ...]
    """With the range of paper ids of each."""
    census: Census
    is_end: Bools
    """The institutions that count."""

    @property
    def count(self) -> int:
        """Rows of all row groups."""
        return sum(group.rows for group in self.groups)

    @property
    def bits(self) -> int:
        """Bits of a key that are the institution's number."""
        return max(1, (len(self.census.numbering) - 1).bit_length())

    def pieces(self, group: RowGroup) -> Iterator[tuple[Integers, Numbers]]:
        """Paper ids and numbers of institutions of a row group's rows."""
        for batch in self.files.batches(group, self.files.paper, self.files.institution):
            yield (
                papers(batch.column(self.files.paper)),
                self.census.numbering.numbers(batch.column(self.files.institution)),
            )

    def ordered(self, keys: Keys, paper_bits: int) -> Keys:
        """The keys in order, each once; `keys` is overwritten."""
        keys = in_order(keys, np.empty_like(keys), self.bits + paper_bits)
        return keys[: drop_repeats(keys)]


@dataclass(frozen=True)
class PaperRange:
    """Paper ids from `low` to below `high`, and the row groups that have any of them."""

    low: int
    high: int
    groups: tuple[RowGroup, ...]

    @property
    def rows_read(self) -> int:
        """Rows of these row groups."""
        return sum(group.rows for group in self.groups)


def paper_ranges(groups: Sequence[RowGroup], block_rows: int) -> list[PaperRange]:
    """Ranges of paper ids that together hold every row, each of about `block_rows` rows where row groups ascend."""
    if not groups:
        return []
    by_low = sorted(groups, key=lambda group: (group.low, group.high))
    cuts, rows = [by_low[0].low], 0
    for group in by_low:
        if rows + group.rows > block_rows and group.low > cuts[-1]:
            cuts.append(group.low)
            rows = 0
        rows += group.rows
    cuts.append(max(group.high for group in groups) + 1)
    lows = [group.low for group in by_low]
    ranges = []
    for low, high in itertools.pairwise(cuts):
        begun = by_low[: bisect.bisect_left(lows, high)]
        ranges.append(PaperRange(low, high, tuple(group for group in begun if group.high >= low)))
    return ranges


def are_worth_it(ranges: Sequence[PaperRange], block_rows: int) -> bool:
    """Whether ranges re-read few rows, and none of them reads more than two blocks' rows."""
    read = [each.rows_read for each in ranges]
    rows = sum({(group.path, group.number): group.rows for each in ranges for group in each.groups}.values())
    return sum(read) <= MOST_REREAD * rows and max(read, default=0) <= 2 * block_rows


class RangeBlocks:
    """Blocks that are ranges of paper ids."""

    spilled_bytes = 0

    def __init__(self, rows: Rows, ranges: Sequence[PaperRange]) -> None:
        self._rows, self.tasks = rows, ranges
        self._lock, self._within = threading.Lock(), 0

    def keys(self, task: PaperRange) -> Keys:
        """The keys of a range, in order, each once."""
        keys, at = np.empty(task.rows_read, np.uint64), 0
        for group in task.groups:
            for ids, numbers in self._rows.pieces(group):
                at, within = gather(ids, numbers, task.low, task.high, self._rows.bits, keys, at)
                with self._lock:
                    self._within += within
        return self._rows.ordered(keys[:at], (task.high - task.low).bit_length())

    def close(self) -> None:
        """Raise ValueError where rows were in none of the ranges that their files' statistics promised."""
        if self._within != self._rows.count:
            missed = self._rows.count - self._within
            raise ValueError(f"{missed} authorships are outside the range of paper ids that their row group states")


class BinBlocks:
    """Blocks that are bins of works; making it reads all rows."""

    def __init__(self, rows: Rows, folder: Path, block_rows: int, memory_bytes: int, threads: int) -> None:
        self._rows = rows
        self.tasks = range(-(-rows.count // block_rows))
        self._bins = Bins(folder, len(self.tasks), np.uint64, memory_bytes)
        self._base = min(group.low for group in rows.groups)
        self._paper_bits = (max(group.high for group in rows.groups) - self._base).bit_length()
        self._room = min(max(memory_bytes // (2 * threads * len(self.tasks) * 8), 16), LONGEST_BUFFER)
        in_threads(self._scatter, rows.groups, threads)

    @property
    def spilled_bytes(self) -> int:
        """Bytes that went to disk."""
        return self._bins.spilled_bytes

    def keys(self, task: int) -> Keys:
        """The keys of a bin, in order, each once."""
        parts = list(self._bins.take(task, self._rows.count))
        return self._rows.ordered(np.concatenate(parts) if parts else np.empty(0, np.uint64), self._paper_bits)

    def close(self) -> None:
        """Nothing is left to check: every row was put into a bin."""

    def _scatter(self, taken: Iterator[RowGroup]) -> None:
        buffers = np.empty((len(self.tasks), self._room), np.uint64)
        fill = np.zeros(len(self.tasks), np.int64)
        for group in taken:
            for ids, numbers in self._rows.pieces(group):
                row = 0
                while (row := scatter(ids, numbers, self._base, self._rows.bits, buffers, fill, row)) < len(ids):
                    for number in np.flatnonzero(fill == self._room).tolist():
                        self._bins.add(number, buffers[number])
                        fill[number] = 0
        for number, size in enumerate(fill.tolist()):
            if size:
                self._bins.add(number, buffers[number, :size])
