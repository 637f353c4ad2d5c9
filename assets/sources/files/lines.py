"""Files of lines: JSON Lines and tables without quoting, read by DuckDB a block at a time.

What belongs here: lines, their ends and their numbers. What does not: what stands in one.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from assets.disk import full_disk_said
from assets.sources.files.kinds import Part, bytes_of, check_utf8
from assets.sources.files.unpacking import Unpacking
from assets.sources.reading.contract import Desk
from assets.sources.values.columns import PLAUSIBLE_DATES
from assets.warehouse.database import sql_text
from assets.warehouse.streams import let_results_end

LINE_KINDS = ("jsonl", "ndjson", "txt")
LONGEST_LINE_BYTES = 64_000_000
READER_MEMORY = "2GB"
"""What DuckDB may hold while a drop is read; past it, it spills to the desk."""
PLAUSIBLE = "create macro plausible(day) as case when day between date '{}' and date '{}' then day end".format(
    *PLAUSIBLE_DATES
)
AS_LIST = """
    create macro as_list(given) as
    case json_type(given) when 'ARRAY' then given when 'OBJECT' then json_array(given) end
"""
NO_SEPARATOR = "\x01"
"""A character that JSON and tab-separated text cannot hold, so that a line stays one value."""


@contextmanager
def reader_database(desk: Desk) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database on the desk, closed at the end; `plausible(day)` is null for one that is not, `as_list(given)` a list
    in JSON, also of an object that stands where a list is usual.

    Its tables are in a file: in memory they would stand uncompressed, and half a million objects would not fit.
    """
    folder = Path(tempfile.mkdtemp(prefix="reader-", dir=desk.scratch))
    with duckdb.connect(
        str(folder / "tables.duckdb"),
        config={"memory_limit": READER_MEMORY, "temp_directory": str(folder / "spill")},
    ) as connection:
        let_results_end(connection)
        connection.execute(PLAUSIBLE)
        connection.execute(AS_LIST)
        yield connection


@dataclass
class _Ends:
    """How the lines of a file end, from its bytes a chunk at a time."""

    returns: int = 0
    pairs: int = 0
    last: bytes = b""

    def look(self, chunk: bytes) -> None:
        self.returns += chunk.count(b"\r")
        self.pairs += chunk.count(b"\r\n") + (self.last == b"\r" and chunk.startswith(b"\n"))
        self.last = chunk[-1:]


def checked_lines(part: Part, scratch: Path) -> tuple[Part, int]:
    """A file of lines that all end alike, and how many there are; raises DropError as `check_utf8`.

    A file whose lines end now with LF, now with CR and LF, or that has a CR within a line, is written anew under
    `scratch`, a space in place of such a CR: libraries take it for the end of a line, or do not take the file.
    """
    ends = _Ends()
    feeds = check_utf8(part, ends.look)
    lines = feeds + (ends.last not in (b"", b"\n"))
    if ends.returns == 0 or ends.returns == ends.pairs == feeds:
        return part, lines
    name = hashlib.sha256(part.name.encode(errors="surrogateescape")).hexdigest()
    target = scratch / f"lines-{name}.txt"
    with full_disk_said(scratch, f"the lines of {part.name} were written anew"):
        Unpacking(part.bounds).write(_with_one_end(part), target, part.name, part.path.stat().st_size)
    return replace(part, path=target), lines


def _with_one_end(part: Part) -> Iterator[bytes]:
    held = b""
    for chunk in bytes_of(part):
        text = held + chunk
        held = b"\r" if text.endswith(b"\r") else b""
        yield text[: len(text) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b" ")


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
