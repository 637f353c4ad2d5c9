"""The authorships of works that have an institution of a set: few of all, put aside for what asks about these.

What belongs here: which rows are kept. What does not: what is counted of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assets.arrays import Bools, Integers
from assets.sources.authorships.blocks import PaperRange, are_worth_it, paper_ranges
from assets.sources.authorships.files import (
    AuthorshipFiles,
    Numbering,
    RowGroup,
    codes_of,
    in_threads,
    known_of,
    numbering_database,
    papers,
    with_ranges,
)
from assets.sources.authorships.kernels import mark_works, rows_of_marked

MARKS_A_ROW = 2
ROW_GROUP_ROWS = 1 << 19
RANGE_ROWS = 6_000_000
BYTES_A_ROW = 24
"""Of rows that are looked at twice: both ids, marks, and which have an institution."""
EVERY_PAPER = (-(1 << 63), (1 << 63) - 1)


def of_works_with(
    files: AuthorshipFiles, ends: Collection[Any], folder: Path, memory_bytes: int, threads: int
) -> AuthorshipFiles:
    """All authorships with an institution of the works that have one of `ends`, and maybe of a few other works.

    Whoever counts has to look for the ends again: works share marks, more of them where memory is short. Repeated rows
    are mostly left out. Where row groups ascend, rows are read once, a range of paper ids at a time, else twice.
    `folder` is made, and holds the rows. Raises ValueError where a paper id is missing.
    """
    folder.mkdir(parents=True)
    if not files.is_numbered():
        return _by_database(files, ends, folder, memory_bytes, threads)
    groups = with_ranges(files, threads)
    kind = files.institution_type()
    search = _Search(files, Numbering(pa.array(list(ends), kind)), folder, kind)
    block_rows = min(RANGE_ROWS, memory_bytes // (2 * BYTES_A_ROW * threads))
    ranges = paper_ranges(groups, block_rows)
    if are_worth_it(ranges, block_rows):
        return AuthorshipFiles(tuple(in_threads(search.keep_ranges, ranges, threads)))
    marks = _marks(sum(group.rows for group in groups), memory_bytes)
    in_threads(lambda taken: search.mark(taken, marks), groups, threads)
    return AuthorshipFiles(tuple(in_threads(lambda taken: search.keep(taken, marks), groups, threads)))


class _Search:
    """A search for the works with an end; its methods may run in several threads."""

    def __init__(self, files: AuthorshipFiles, ends: Numbering, folder: Path, kind: pa.DataType) -> None:
        self._files, self._ends, self._folder = files, ends, folder
        self._schema = pa.schema([("paper_id", pa.int64()), ("institution_id", kind)])
        self._parts = itertools.count()

    def mark(self, groups: Iterator[RowGroup], marks: Bools) -> None:
        """Mark the works of row groups that have an end there."""
        for group in groups:
            for batch in self._batches(group):
                mark_works(batch.papers, self._ends.numbers(batch.institutions), marks)

    def keep(self, groups: Iterator[RowGroup], marks: Bools) -> Path:
        """Write the rows of marked works; returns the file."""
        return self._write(_rows_of(b, EVERY_PAPER, marks) for group in groups for b in self._batches(group))

    def keep_ranges(self, ranges: Iterator[PaperRange]) -> Path:
        """Mark works and write their rows, both for a range of papers; returns the file."""

        def kept() -> Iterator[pa.Table]:
            for each in ranges:
                batches = [batch for group in each.groups for batch in self._batches(group)]
                marks = _marks(each.rows_read, each.rows_read * MARKS_A_ROW)
                for batch in batches:
                    mark_works(batch.papers, self._ends.numbers(batch.institutions), marks)
                for batch in batches:
                    yield _rows_of(batch, (each.low, each.high), marks)

        return self._write(kept())

    def _batches(self, group: RowGroup) -> Iterator[_Batch]:
        for batch in self._files.batches(group, self._files.paper, self._files.institution):
            yield _Batch(papers(batch.column(self._files.paper)), batch.column(self._files.institution))

    def _write(self, tables: Iterator[pa.Table]) -> Path:
        target = self._folder / f"part-{next(self._parts):03}.parquet"
        is_text = pa.types.is_string(self._schema.field(1).type)
        with pq.ParquetWriter(target, self._schema, compression="none", use_dictionary=is_text) as writer:
            held: list[pa.Table] = []
            for table in tables:
                held.append(table.cast(self._schema))
                if sum(each.num_rows for each in held) >= ROW_GROUP_ROWS:
                    writer.write_table(pa.concat_tables(held))
                    held = []
            if held:
                writer.write_table(pa.concat_tables(held))
        return target


@dataclass(frozen=True)
class _Batch:
    papers: Integers
    institutions: pa.Array


def _marks(rows: int, memory_bytes: int) -> Bools:
    """Marks, none set: a power of two of them, two a row or as many as memory allows."""
    return np.zeros(1 << max(3, min(MARKS_A_ROW * rows, memory_bytes).bit_length() - 1), np.bool_)


def _rows_of(batch: _Batch, within: tuple[int, int], marks: Bools) -> pa.Table:
    """The rows of a batch whose works are marked and in a range of paper ids."""
    rows = np.empty(len(batch.papers), np.int64)
    known, offset = known_of(batch.institutions)
    kept = rows_of_marked(batch.papers, codes_of(batch.institutions), known, offset, *within, marks, rows)
    at = pa.array(rows[:kept])
    return pa.table({"paper_id": pa.array(batch.papers).take(at), "institution_id": batch.institutions.take(at)})


def _by_database(
    files: AuthorshipFiles, ends: Collection[Any], folder: Path, memory_bytes: int, threads: int
) -> AuthorshipFiles:
    """The same where paper ids are text, which DuckDB compares."""
    target = folder / "part-000.parquet"
    with numbering_database(files, folder, memory_bytes, threads) as database:
        database.from_arrow(pa.table({"institution_id": pa.array(list(ends), files.institution_type())})).create("ends")
        database.execute(
            "create table works as select distinct paper_id from authorships semi join ends using (institution_id)"
        )
        database.sql(
            "select paper_id, institution_id from authorships semi join works using (paper_id) "
            "where institution_id is not null"
        ).write_parquet(str(target))
    return AuthorshipFiles((target,))
