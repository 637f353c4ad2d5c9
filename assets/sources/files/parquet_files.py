"""Parquet files looked at before they are read: whether what stands in them is what was written.

What belongs here: checksums, and values held to what the file itself states of them. What does not: reading rows.

A damaged page is often taken for a page of other values. Where the file has checksums of its pages, damage is certain
to be seen; where it has none, it is seen where values cannot be unpacked, are no text, or lie outside the least and
greatest that the file states, or where other than the stated number are null. Polars and DuckDB look at none of this.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.disk import is_disk_full
from assets.sources.problems import DropError, Problem

BATCH_ROWS = 1 << 20
NESTED_ROWS = 1 << 13
"""Of a nested column, whose rows may hold thousands of values each."""
EXPECTED = "a whole Parquet file"
REMEDY = "Fetch or export the file again, whole, and put it in this one's place"


def check_parquet(path: Path, name: str, columns: Collection[str] | None = None) -> None:
    """Read a file's columns (all that are not nested, where None) and throw them away again.

    Raises DropError, naming the column and the row group, where it is damaged. Of a nested column it is seen whether
    its values can be unpacked and are as many as is stated, and whether the checksums are right.
    """
    column: str | None = None
    try:
        with pq.ParquetFile(path, page_checksum_verification=True, buffer_size=BATCH_ROWS) as file:
            schema = file.schema_arrow
            for column in schema.names if columns is None else columns:
                # A dot would be taken for the way into a nested column.
                if "." in column:
                    continue
                if not pa.types.is_nested(schema.field(column).type):
                    _check_column(file, name, column)
                elif columns is not None:
                    _check_nested(file, name, column)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, DropError) or is_disk_full(error):
            raise
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        found = f"the file cannot be read ({reason})"
        raise DropError(Problem(name, found, EXPECTED, REMEDY, column=column)) from error


def _check_column(file: pq.ParquetFile, name: str, column: str) -> None:
    paths = [file.metadata.schema.column(at).path for at in range(file.metadata.num_columns)]
    at = paths.index(column)
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        stated = group.column(at).statistics
        rows, nulls, low, high = 0, 0, None, None
        for batch in file.iter_batches(BATCH_ROWS, [number], [column]):
            values = batch.column(0)
            values.validate(full=True)
            rows, nulls = rows + len(values), nulls + values.null_count
            if stated is not None and stated.has_min_max and _is_ordered(values.type):
                ends = pc.min_max(values).as_py()
                low, high = _least(low, ends["min"]), _greatest(high, ends["max"])
        amiss = _amiss(group.num_rows, rows, nulls, stated, low, high)
        if amiss:
            found = f"the file is damaged: of its row group {number + 1} {amiss}"
            raise DropError(Problem(name, found, EXPECTED, REMEDY, column=column))


def _check_nested(file: pq.ParquetFile, name: str, column: str) -> None:
    for number in range(file.num_row_groups):
        rows = 0
        for batch in file.iter_batches(NESTED_ROWS, [number], [column]):
            batch.column(0).validate(full=True)
            rows += batch.num_rows
        stated = file.metadata.row_group(number).num_rows
        if rows != stated:
            found = f"the file is damaged: of its row group {number + 1} {rows} rows are there, and {stated} are stated"
            raise DropError(Problem(name, found, EXPECTED, REMEDY, column=column))


def _amiss(stated_rows: int, rows: int, nulls: int, stated: Any, low: Any, high: Any) -> str | None:
    """What of a row group's column is not as the file states it; nothing of the values themselves."""
    if rows != stated_rows:
        return f"{rows} rows are there, and {stated_rows} are stated"
    if stated is None:
        return None
    if stated.has_null_count and stated.null_count != nulls:
        return f"{nulls} values are null, and {stated.null_count} are stated"
    if low is not None and (low < stated.min or high > stated.max):
        return "values lie outside the least and greatest that are stated"
    return None


def _is_ordered(kind: pa.DataType) -> bool:
    """Whether values compare with the stated ones as they stand: whole numbers and text."""
    return pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _least(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else min(one, other)


def _greatest(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else max(one, other)
