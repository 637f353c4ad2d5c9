"""The authorships of works that have an institution of a set: few of all, put aside for what asks about these.

What belongs here: which rows are kept. What does not: what is counted of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assets.sources.authorships_files import (
    AuthorshipFiles,
    Numbering,
    RowGroup,
    codes_of,
    in_threads,
    known_of,
    numbering_database,
    papers,
)
from assets.sources.authorships_kernels import mark_works, rows_of_marked

MARKS_A_ROW = 2
ROW_GROUP_ROWS = 1 << 19


def of_works_with(
    files: AuthorshipFiles, ends: Collection[Any], folder: Path, memory_bytes: int, threads: int
) -> AuthorshipFiles:
    """All authorships with an institution of the works that have one of `ends`, and maybe of a few other works.

    Whoever counts has to look for the ends again: works share marks, more of them where memory is short. Repeated rows
    are mostly left out. `folder` is made, and holds the rows. Raises ValueError where a paper id is missing.
    """
    folder.mkdir(parents=True)
    if not files.is_numbered():
        return _by_database(files, ends, folder, memory_bytes, threads)
    groups = files.row_groups()
    kind = files.institution_type()
    numbering = Numbering(pa.array(list(ends), kind))
    wanted = MARKS_A_ROW * sum(group.rows for group in groups)
    marks = np.zeros(1 << min(wanted.bit_length(), max(memory_bytes.bit_length() - 1, 3)), np.bool_)
    columns = (files.paper, files.institution)
    numbers = itertools.count()

    def mark(taken: Iterator[RowGroup]) -> None:
        for group in taken:
            for batch in files.batches(group, *columns):
                found = numbering.numbers(batch.column(files.institution))
                mark_works(papers(batch.column(files.paper)), found, marks)

    def keep(taken: Iterator[RowGroup]) -> Path:
        target = folder / f"part-{next(numbers):03}.parquet"
        schema = pa.schema([("paper_id", pa.int64()), ("institution_id", kind)])
        with pq.ParquetWriter(target, schema, compression="none", use_dictionary=pa.types.is_string(kind)) as writer:
            held: list[pa.Table] = []
            for group in taken:
                held += [_marked(batch, files, marks, schema) for batch in files.batches(group, *columns)]
                if sum(table.num_rows for table in held) >= ROW_GROUP_ROWS:
                    writer.write_table(pa.concat_tables(held))
                    held = []
            if held:
                writer.write_table(pa.concat_tables(held))
        return target

    in_threads(mark, groups, threads)
    return AuthorshipFiles(tuple(in_threads(keep, groups, threads)))


def _marked(batch: pa.RecordBatch, files: AuthorshipFiles, marks: Any, schema: pa.Schema) -> pa.Table:
    ids, institutions = papers(batch.column(files.paper)), batch.column(files.institution)
    rows = np.empty(len(ids), np.int64)
    kept = rows_of_marked(ids, codes_of(institutions), known_of(institutions), marks, rows)
    at = pa.array(rows[:kept])
    return pa.table([pa.array(ids).take(at), institutions.take(at).cast(schema.field(1).type)], schema=schema)


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
