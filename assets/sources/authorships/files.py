"""Parquet files of authorships: a row for each author of a work and each of the author's institutions.

What belongs here: columns, row groups and their statistics, ids as numbers. What does not: what is counted of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.arrays import Integers
from assets.sources.authorships.kernels import UNKNOWN, Bits, Numbers, fill_table, look_up
from assets.warehouse.database import sql_text

PIECE_ROWS = 1 << 20
READ_BYTES = 1 << 20
"""Of a column at a time: what is unpacked next is still near."""
WIDEST_PAPER_BITS = 40
"""Paper ids that reach further are numbered anew, so that a work and an institution fit in 64 bits."""
MOST_INSTITUTIONS = 1 << (63 - WIDEST_PAPER_BITS)
SLOTS_AN_ID = 4
"""Of the table that finds an id: an id that is not in it mostly meets an empty slot at once."""
LEAST_DATABASE_BYTES = 256 << 20
"""DuckDB needs some memory before it can spill."""
CENSUS_ROWS = 4_000_000
"""Rows of counts that a thread gathers before it adds them up."""


@dataclass(frozen=True)
class RowGroup:
    """A row group of a file, and the least and greatest paper id in it."""

    path: Path
    number: int
    rows: int
    low: int = 0
    high: int = 0


@dataclass(frozen=True)
class AuthorshipFiles:
    """Files with a column of paper ids and one of institution ids."""

    paths: tuple[Path, ...]
    paper: str = "paper_id"
    institution: str = "institution_id"
    _open: threading.local = field(default_factory=threading.local, compare=False, repr=False)

    def row_groups(self) -> list[RowGroup]:
        """The row groups that have rows, with no range of ids. Raises ValueError where a column is not there."""
        groups = []
        for path in self.paths:
            metadata = pq.read_metadata(path)
            names = metadata.schema.to_arrow_schema().names
            lacking = {self.paper, self.institution} - set(names)
            if lacking:
                raise ValueError(f"{path}: there is no column {', '.join(sorted(lacking))} (there are {names})")
            sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
            groups += [RowGroup(path, number, rows) for number, rows in enumerate(sizes) if rows]
        return groups

    def stated_range(self, group: RowGroup) -> tuple[int, int] | None:
        """The least and greatest paper id of a row group, as the file states them; None where it does not."""
        metadata = self._file(group.path).metadata
        names = [metadata.schema.column(at).path for at in range(metadata.num_columns)]
        statistics = metadata.row_group(group.number).column(names.index(self.paper)).statistics
        return (statistics.min, statistics.max) if statistics is not None and statistics.has_min_max else None

    def is_numbered(self) -> bool:
        """Whether the paper ids of all files are integers."""
        return all(pa.types.is_integer(pq.read_schema(path).field(self.paper).type) for path in self.paths)

    def institution_type(self) -> pa.DataType:
        """The kind of institution ids that all files' are read as: 64-bit integers, or strings."""
        are_integers = [pa.types.is_integer(pq.read_schema(path).field(self.institution).type) for path in self.paths]
        return pa.int64() if all(are_integers) else pa.string()

    def batches(self, group: RowGroup, *columns: str) -> Iterator[pa.RecordBatch]:
        """The named columns of a row group, a million rows or so at a time."""
        file = self._file(group.path)
        if group.rows <= 2 * PIECE_ROWS:
            yield from file.read_row_group(group.number, columns=list(columns), use_threads=False).to_batches()
        else:
            yield from file.iter_batches(PIECE_ROWS, [group.number], list(columns), use_threads=False)

    def _file(self, path: Path) -> pq.ParquetFile:
        """The file, open for this thread alone."""
        known: dict[Path, pq.ParquetFile] = self._open.__dict__.setdefault("files", {})
        if path not in known:
            kind = pq.read_schema(path).field(self.institution).type
            dictionary = None if pa.types.is_integer(kind) else [self.institution]
            known[path] = pq.ParquetFile(path, read_dictionary=dictionary, buffer_size=READ_BYTES)
        return known[path]


class MissingPaperError(ValueError):
    """An authorship has no paper id."""

    def __init__(self, authorships: int) -> None:
        super().__init__(f"{authorships} authorships have no paper id")


class Numbering:
    """Institutions by their place in a list of ids."""

    def __init__(self, ids: pa.Array) -> None:
        self.ids = ids
        """Distinct, 64-bit integers or strings."""
        self._slots = np.zeros(1 << (SLOTS_AN_ID * len(ids) + 1).bit_length(), np.int64)
        self._numbers = np.full(len(self._slots), UNKNOWN, np.int32)
        if pa.types.is_integer(ids.type):
            fill_table(ids.to_numpy(), self._slots, self._numbers)

    def __len__(self) -> int:
        return len(self.ids)

    def numbers(self, column: pa.Array) -> Numbers:
        """The number of each institution of a column of a batch; UNKNOWN where it is null or not in the list."""
        if pa.types.is_dictionary(column.type):
            places = pc.index_in(column.dictionary.cast(self.ids.type), self.ids).fill_null(UNKNOWN)
            by_code = np.append(places.to_numpy(zero_copy_only=False), UNKNOWN).astype(np.int32)
            return by_code[codes_of(column)]
        found = np.empty(len(column), np.int32)
        look_up(codes_of(column), *known_of(column), self._slots, self._numbers, found)
        return found


@dataclass(frozen=True)
class Census:
    """The institutions of authorships, numbered in the order of their ids."""

    numbering: Numbering
    authorships: Integers
    """Rows of each."""


def codes_of(column: pa.Array) -> Integers:
    """What tells the institutions of a batch apart: the ids, or for text the place in the batch's dictionary.

    Where there is none, anything for ids, for text the length of the dictionary.
    """
    if pa.types.is_dictionary(column.type):
        places = column.indices.cast(pa.int64()).fill_null(len(column.dictionary))
        return places.to_numpy(zero_copy_only=False)
    ids = column.cast(pa.int64())
    return np.frombuffer(ids.buffers()[1], np.int64)[ids.offset : ids.offset + len(ids)]


def known_of(column: pa.Array) -> tuple[Bits, int]:
    """Which rows of a batch have an institution: bits, and the number of the first row's."""
    valid = column.buffers()[0]
    return np.frombuffer(valid if valid is not None else b"", np.uint8), column.offset


def with_ranges(files: AuthorshipFiles, threads: int) -> tuple[RowGroup, ...]:
    """The row groups that have rows, with the range of paper ids of each: stated, or found by reading them.

    Paper ids are integers. Raises ValueError where a column is missing, or a paper id.
    """

    def ranged(taken: Iterator[RowGroup]) -> list[RowGroup]:
        return [replace(group, low=low, high=high) for group in taken for low, high in [range_of(group)]]

    def range_of(group: RowGroup) -> tuple[int, int]:
        stated = files.stated_range(group)
        if stated is not None:
            return stated
        ends = [
            (ids.min(), ids.max()) for batch in files.batches(group, files.paper) for ids in [papers(batch.column(0))]
        ]
        return int(min(low for low, _ in ends)), int(max(high for _, high in ends))

    found = [group for some in in_threads(ranged, files.row_groups(), threads) for group in some]
    return tuple(sorted(found, key=lambda group: (group.path, group.number)))


def has_wide_ids(groups: Sequence[RowGroup]) -> bool:
    """Whether paper ids reach too far for a work and an institution to fit in 64 bits."""
    if not groups:
        return False
    reach = max(group.high for group in groups) - min(group.low for group in groups)
    return reach.bit_length() > WIDEST_PAPER_BITS


def take_census(files: AuthorshipFiles, groups: Sequence[RowGroup], threads: int) -> Census:
    """Find every institution, and count its rows, in one pass over the column.

    Raises ValueError where there are more than fit beside a paper id.
    """

    def counted(shares: Iterator[RowGroup]) -> pa.Table:
        total, parts, rows = None, [], 0
        for group in shares:
            for batch in files.batches(group, files.institution):
                found = pc.value_counts(batch.column(0))
                ids = found.field(0)
                ids = ids.cast(ids.type.value_type if pa.types.is_dictionary(ids.type) else pa.int64())
                parts.append(pa.table({"id": ids, "rows": found.field(1)}))
                rows += len(ids)
            if rows > CENSUS_ROWS:
                total, parts, rows = _added(parts, total), [], 0
        return _added(parts, total)

    totals = in_threads(counted, groups, threads)
    everyone = _added([total for total in totals if total is not None], None)
    if everyone is None:
        everyone = pa.table({"id": pa.array([], pa.int64()), "rows": pa.array([], pa.int64())})
    everyone = everyone.filter(pc.is_valid(everyone["id"])).sort_by("id").combine_chunks()
    ids = _one(everyone["id"])
    if len(ids) > MOST_INSTITUTIONS:
        raise ValueError(f"there are {len(ids)} institutions, and at most {MOST_INSTITUTIONS} can be counted")
    return Census(Numbering(ids), everyone["rows"].to_numpy().astype(np.int64))


def papers(column: pa.Array) -> Integers:
    """Paper ids as 64-bit integers. Raises MissingPaperError where one is missing."""
    if column.null_count:
        raise MissingPaperError(column.null_count)
    return column.cast(pa.int64()).to_numpy()


def numbered_anew(files: AuthorshipFiles, folder: Path, memory_bytes: int, threads: int) -> AuthorshipFiles:
    """The same authorships with works numbered from 1, whatever their ids are: for text, and integers that reach far.

    Those without an institution are left out. Raises ValueError where a paper id is missing.
    """
    folder.mkdir(parents=True)
    target = folder / "authorships.parquet"
    with numbering_database(files, folder, memory_bytes, threads) as database:
        database.execute(
            "create table works as select paper_id, row_number() over () as number "
            "from (select distinct paper_id from authorships where institution_id is not null)"
        )
        database.sql(
            "select works.number as paper_id, authorships.institution_id "
            "from authorships join works on works.paper_id = authorships.paper_id "
            "where authorships.institution_id is not null"
        ).write_parquet(str(target))
    return AuthorshipFiles((target,))


@contextmanager
def numbering_database(
    files: AuthorshipFiles, folder: Path, memory_bytes: int, threads: int
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that spills to the folder, with the files as the view `authorships` (`paper_id`,
    `institution_id`). Raises ValueError where a paper id is missing."""
    config: dict[str, Any] = {
        "memory_limit": f"{max(memory_bytes, LEAST_DATABASE_BYTES)}B",
        "threads": threads,
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": False,
    }
    paths = ", ".join(f"'{sql_text(str(path))}'" for path in files.paths)
    paper, institution = (name.replace('"', '""') for name in (files.paper, files.institution))
    with duckdb.connect(config=config) as database:
        database.execute(
            f'create view authorships as select "{paper}" as paper_id, "{institution}" as institution_id '
            f"from read_parquet([{paths}])"
        )
        missing = database.sql("select count(*) from authorships where paper_id is null").fetchall()[0][0]
        if missing:
            raise MissingPaperError(missing)
        yield database


def in_threads(work: Callable[[Iterator[Any]], Any], tasks: Sequence[Any], threads: int) -> list[Any]:
    """Call `work` in each thread with an iterator over the tasks that no other has taken; returns what each made.

    Where one raises, the others stop after the task at hand, and its error is raised.
    """
    waiting = list(reversed(tasks))

    def taken() -> Iterator[Any]:
        while waiting:
            try:
                yield waiting.pop()
            except IndexError:  # another thread took the last between the question and the answer
                return

    def guarded(_: int) -> Any:
        try:
            return work(taken())
        except BaseException:
            waiting.clear()
            raise

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(guarded, range(threads)))


def _added(parts: Sequence[pa.Table], total: pa.Table | None) -> pa.Table | None:
    tables = [*parts, *([] if total is None else [total])]
    if not tables:
        return None
    summed = pa.concat_tables(tables).group_by("id", use_threads=False).aggregate([("rows", "sum")])
    return summed.rename_columns({"rows_sum": "rows"})


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
