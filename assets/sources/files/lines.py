"""Files of lines: JSON Lines and tables without quoting, read by DuckDB a block at a time.

What belongs here: lines and their numbers. What does not: what stands in one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assets.sources.files.kinds import Part
from assets.sources.reading.contract import Desk
from assets.sources.values.columns import PLAUSIBLE_DATES
from assets.warehouse.database import sql_text

LINE_KINDS = ("jsonl", "ndjson", "txt")
LONGEST_LINE_BYTES = 64_000_000
READER_MEMORY = "2GB"
"""What DuckDB may hold while a drop is read; past it, it spills to the desk."""
PLAUSIBLE = "create macro plausible(day) as case when day between date '{}' and date '{}' then day end".format(
    *PLAUSIBLE_DATES
)
NO_SEPARATOR = "\x01"
"""A character that JSON and tab-separated text cannot hold, so that a line stays one value."""


@contextmanager
def reader_database(desk: Desk) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that spills to the desk, closed at the end; `plausible(day)` is null for one that is not."""
    with duckdb.connect(
        config={"memory_limit": READER_MEMORY, "temp_directory": str(desk.scratch / "spill")}
    ) as connection:
        connection.execute(PLAUSIBLE)
        yield connection


def lines_of(part: Part) -> str:
    """SQL for the lines of a file, plain or gzip: `row` (the first is 1) and `line` (null where empty)."""
    return (
        f"(select row_number() over () as row, line from read_csv('{sql_text(str(part.path))}', header = false, "
        f"columns = {{'line': 'varchar'}}, delim = '{NO_SEPARATOR}', quote = '', escape = '', auto_detect = false, "
        f"max_line_size = {LONGEST_LINE_BYTES}, strict_mode = true))"
    )


def write(database: duckdb.DuckDBPyConnection, query: str, target: Path) -> Path:
    """Write the rows of a query to a Parquet file; returns the file."""
    database.sql(query).write_parquet(str(target))
    return target
