"""Delimited text, looked at as it streams: its header, and the words of some columns in its first rows.

What belongs here: blocks of whole rows. What does not: what a reader checks of a table (`files/separated`).
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from typing import IO

import polars as pl

from assets.sources.problems import shown
from assets.sources.shapes.shape import FileKind, Found, Tally
from assets.sources.values.columns import header_key

BLOCK_BYTES = 4 << 20
"""Of a file that are looked at together."""
LONGEST_ROW_BYTES = 64 << 20
LONGEST_HEADER_BYTES = 1 << 20
TRIES = 50
"""Line ends, from a block's last, at which it is seen whether one ends a row, and is in no quotes."""


class UnlikeTableError(ValueError):
    """What was found is no table of text; said in words."""


def look_at_table(found: Found, kind: FileKind, tally: Tally, most_bytes: int) -> None:
    """Add a file's columns, and rows and words of its first bytes, so many about. Raises UnlikeTableError, or what
    unpacking raises."""
    with found.open() as stream:
        blocks = _blocks(stream)
        first = next(blocks, b"").removeprefix(b"\xef\xbb\xbf")
        header, rest = _header(first, kind.separator)
        tally.add_header(found.name, header)
        if not header:
            raise UnlikeTableError(f"{shown(found.name)} is empty")
        places = {header_key(name): place for place, name in enumerate(header)}
        wanted = {column: places[header_key(column)] for column in kind.words if header_key(column) in places}
        done = 0
        for block in itertools.chain([rest], blocks):
            if done > most_bytes:
                tally.is_whole = False
                return
            done += len(block)
            if block and not block.isspace():
                _add(block, kind.separator, len(header), wanted, tally)


def _add(block: bytes, separator: str, width: int, wanted: dict[str, int], tally: Tally) -> None:
    # One column is read even where no words are wanted: it counts the rows.
    places = sorted(set(wanted.values())) or [0]
    rows = pl.read_csv(
        block,
        has_header=False,
        separator=separator,
        columns=places,
        schema={str(place): pl.String for place in range(width)},
        truncate_ragged_lines=True,
        ignore_errors=True,
        encoding="utf8-lossy",
        low_memory=True,
    )
    tally.records += rows.height
    for column, place in wanted.items():
        tally.add_words(column, rows[str(place)].value_counts().iter_rows())


def _header(block: bytes, separator: str) -> tuple[list[str], bytes]:
    """The first row that has values, and what follows it."""
    # Bytes that are no UTF-8 go there and back, so that the header's end in the text is its end in the bytes.
    text = io.StringIO(block[:LONGEST_HEADER_BYTES].decode("utf-8", "surrogateescape"), newline="")
    try:
        header = next((row for row in csv.reader(text, delimiter=separator) if any(map(str.strip, row))), [])
    except csv.Error as error:
        raise UnlikeTableError(f"its first row cannot be taken apart ({error})") from error
    length = len(text.getvalue()[: text.tell()].encode("utf-8", "surrogateescape"))
    return [name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for name in header], block[length:]


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream's bytes, some millions at a time, each block ending with a row."""
    held = b""
    while chunk := stream.read(BLOCK_BYTES):
        held += chunk
        end = _end_of_rows(held)
        if end:
            yield held[:end]
            held = held[end:]
        elif len(held) > LONGEST_ROW_BYTES:
            raise UnlikeTableError("a row has no end")
    if held:
        yield held


def _end_of_rows(block: bytes) -> int:
    """Where the last whole row ends; 0 where none does. A line end between quotes ends none."""
    end = last = block.rfind(b"\n") + 1
    quotes = block.count(b'"', 0, end)
    for _ in range(TRIES):
        if not end or quotes % 2 == 0:
            return end
        before = block.rfind(b"\n", 0, end - 1) + 1
        quotes -= block.count(b'"', before, end)
        end = before
    # A quote that stands alone in a value: rows are as good as lines.
    return last
