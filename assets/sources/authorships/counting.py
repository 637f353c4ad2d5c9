"""Who publishes how much, and with whom: counts of works and of joint works from authorships larger than memory.

What belongs here: the order of work, and how memory is divided. What does not: where authorships come from (the
readers), the inner loops (`authorships_kernels`).

1. Where only some institutions count, the works of these are found in one pass over all rows, and their rows are put
   aside in a second: what follows is then about these (`authorships_ends`).
2. A census of the institutions gives each a number.
3. All rows of a work are brought together, a block of works at a time. Where the files' row groups say that paper ids
   ascend, more or less, a block is a range of ids and is read from the few row groups that overlap it. Where they do
   not, one pass over all rows puts each into a bin by its work, on disk as far as memory does not suffice, and a block
   is a bin. No order is assumed: ranges are those that row groups state, and every row is found in one of them or the
   count fails.
4. A block in order gives each work's distinct institutions: counts for each, and pairs, which are put into bins by
   their first institution.
5. A bin of pairs in order gives the number of joint works of each.

Numbers are whole throughout, so the result does not depend on ranges, bins, threads, memory or the order of rows.
A work of n institutions has n (n - 1) / 2 pairs, and none is left out: 4.5 million for one with 3,000, which are 18 MB
on the way and about 0.1 s.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets.arrays import Bools
from assets.sources.authorships.blocks import BinBlocks, RangeBlocks, Rows, are_worth_it, paper_ranges
from assets.sources.authorships.ends import of_works_with
from assets.sources.authorships.files import (
    AuthorshipFiles,
    Census,
    has_wide_ids,
    in_threads,
    numbered_anew,
    take_census,
    with_ranges,
)
from assets.sources.authorships.kernels import Keys
from assets.sources.authorships.pairs import PairCount

BYTES_A_ROW = 40
"""Of a block while it is made: what is decoded of a row, its key, and the sort's other place for it."""
LEAST_BLOCK_ROWS, MOST_BLOCK_ROWS = 1_000, 16_000_000


@dataclass(frozen=True)
class Limits:
    """What a count may use."""

    memory_bytes: int = 3 << 30
    """Of arrays; the interpreter and its libraries take about 0.4 GB besides."""
    threads: int = 2
    block_rows: int | None = None
    """Authorships of a block; None for as many as memory allows."""


@dataclass(frozen=True)
class AuthorshipCounts:
    """What was counted, as Parquet files in a fixed order, and how it went."""

    institutions: Path
    """`institution_id`; `works` with an author there; `billionths`, the sum over these of round(1e9 / n), n being the
    work's institutions. By institution."""
    pairs: tuple[Path, ...]
    """`institution_a`, `institution_b`, a before b; `works` with an author at each. By both, through all files, of
    which there are none where there is no pair."""
    authorships: int
    """Rows read."""
    blocks: int
    is_by_ranges: bool
    """Whether blocks were ranges of paper ids, not bins."""
    spilled_bytes: int
    """What went to disk and came back."""


def count_authorships(
    paths: Sequence[Path],
    folder: Path,
    *,
    ends: Collection[Any] | None = None,
    paper: str = "paper_id",
    institution: str = "institution_id",
    limits: Limits | None = None,
) -> AuthorshipCounts:
    """Count the works of each institution and the joint works of each pair.

    `paths` are Parquet files with a row for each author of a work and institution of the author: the columns `paper`
    and `institution`, integers or text. A row without an institution counts nowhere; one that stands twice, once.
    `ends`, where given, are the institutions that count: only these are written, and only pairs with one of them,
    whose other institution may be any. `folder` is made, for the result and for what does not fit in memory. Raises
    ValueError where a column is missing, an authorship has no paper id, a file's statistics are wrong, or there are
    more than eight million institutions.
    """
    limits = limits or Limits()
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        return _counted(AuthorshipFiles(tuple(paths), paper, institution), ends, folder, Path(scratch), limits)


def _counted(
    files: AuthorshipFiles, ends: Collection[Any] | None, folder: Path, scratch: Path, limits: Limits
) -> AuthorshipCounts:
    memory, threads = limits.memory_bytes, limits.threads
    authorships = sum(group.rows for group in files.row_groups())
    if ends is not None:
        files = of_works_with(files, ends, scratch / "with-an-end", memory // 4, threads)
    if not files.is_numbered() or has_wide_ids(groups := with_ranges(files, threads)):
        files = numbered_anew(files, scratch / "numbered", memory // 2, threads)
        groups = with_ranges(files, threads)
    census = take_census(files, groups, threads)
    rows = Rows(files, groups, census, _is_end(census, ends))
    blocks = _blocks(rows, scratch / "rows-by-work", limits)
    pairs = PairCount(rows, scratch / "pairs-by-institution", memory // 2, threads)

    def count(taken: Iterator[Any]) -> None:
        keys: Iterator[Keys] = map(blocks.keys, taken)
        pairs.tally_blocks(keys)

    in_threads(count, blocks.tasks, threads)
    blocks.close()
    pairs.write_institutions(folder / "institutions.parquet")
    return AuthorshipCounts(
        folder / "institutions.parquet",
        pairs.write_pairs(folder / "pairs"),
        authorships,
        len(blocks.tasks),
        isinstance(blocks, RangeBlocks),
        blocks.spilled_bytes + pairs.spilled_bytes,
    )


def _blocks(rows: Rows, folder: Path, limits: Limits) -> RangeBlocks | BinBlocks:
    fitting = limits.memory_bytes // (4 * BYTES_A_ROW * limits.threads)
    block_rows = limits.block_rows or min(max(fitting, LEAST_BLOCK_ROWS), MOST_BLOCK_ROWS)
    ranges = paper_ranges(rows.groups, block_rows)
    if are_worth_it(ranges, block_rows):
        return RangeBlocks(rows, ranges)
    return BinBlocks(rows, folder, block_rows, limits.memory_bytes // 4, limits.threads)


def _is_end(census: Census, ends: Collection[Any] | None) -> Bools:
    ids = census.numbering.ids
    if ends is None:
        return np.ones(len(ids), np.bool_)
    return np.asarray(pc.is_in(ids, pa.array(list(ends), ids.type)).to_numpy(zero_copy_only=False))
