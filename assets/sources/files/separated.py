"""Delimited text: what stands between the values, where the header is, rows with too many or too few values.

What belongs here: CSV and its like. What does not: lines without quoting (`lines`), encodings (`kinds`).
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.sources.files.kinds import CHUNK_BYTES, LINE_END, SEND_AGAIN, Part, check_utf8, unreadable
from assets.sources.files.text_table import HEADER_SEARCH_ROWS, Fits, TextTable
from assets.sources.problems import DropError, Problem

COMMA, TAB, SEMICOLON = ",", "\t", ";"
SEPARATORS = {COMMA: "commas", TAB: "tabs", SEMICOLON: "semicolons", "|": "vertical bars"}
"""What may stand between values, in words."""
QUOTE, CARRIAGE_RETURN = ord('"'), ord("\r")
LONGEST_VALUE_CHARACTERS = 16 << 20


@dataclass(frozen=True)
class _Header:
    values: tuple[str, ...]
    row: int
    """The record, the first being 1; one may go over several lines."""
    lines_before: int
    lines: int
    """Lines to the end of the header."""
    separator: str
    looked_at: str = ""


def separated(part: Part, usual: str, fits: Fits) -> TextTable:
    """A file of values with `usual` between them as text columns, or with another of `SEPARATORS`, where the header
    that fits is seen with that alone. Raises DropError as `text_table`."""
    check_utf8(part)
    header = _header(part, usual, fits)
    _check_end(part, header.separator, len(header.values))
    uneven = _uneven(part, header)
    if uneven:
        raise DropError(uneven)
    names = [str(position) for position in range(len(header.values))]
    try:
        rows = pl.scan_csv(
            part.path,
            separator=header.separator,
            has_header=False,
            skip_lines=header.lines_before,
            glob=False,
            schema=dict.fromkeys(names, pl.String),
            row_index_name="row",
            row_index_offset=header.row,
        ).filter(pl.col("row") > header.row)
    except pl.exceptions.PolarsError as error:
        raise unreadable(part, error) from error
    return TextTable(part, header.values, rows, header.row, header.separator, header.looked_at)


def uneven_row(part: Part, separator: str, header_row: int, width: int) -> Problem | None:
    """The first row with more or fewer values than the header, or None; a row without any value is none."""
    with part.path.open(encoding="utf-8-sig", newline="\n") as stream:
        for number, record in enumerate(_records(part, stream, separator), start=1):
            is_blank = len(record) < width and not any(map(str.strip, record))
            if number <= header_row or len(record) == width or is_blank:
                continue
            remedy = (
                f"Put quotes around values with {SEPARATORS[separator]} or line breaks in them"
                if len(record) > width
                else "See whether a value is missing there, or a line break stands in one without quotes around it"
            )
            found = f"the row has {len(record)} values and the header {width}"
            return Problem(part.name, found, "as many values as the header", remedy, row=number)
    return None


def _header(part: Part, usual: str, fits: Fits) -> _Header:
    """The first row that fits, with the usual separator or else with another; the first row where none does."""
    first: dict[str, _Header] = {}
    for separator in (usual, *(other for other in SEPARATORS if other != usual)):
        try:
            rows = list(_first_rows(part, separator))
        except DropError:
            if separator == usual:
                raise
            continue
        found = next((row for row in rows if fits(row.values)), None)
        if found:
            return found
        if rows:
            first[separator] = rows[0]
    if usual not in first or not any(first[usual].values):
        raise DropError(Problem(part.name, "the first row is empty", "a header in row 1", SEND_AGAIN, row=1))
    widest = max(first.values(), key=lambda row: len(row.values))
    if len(first[usual].values) == 1 < len(widest.values):
        apart = f"its values seem to have {SEPARATORS[widest.separator]} between them, not {SEPARATORS[usual]}"
        return replace(first[usual], looked_at=apart)
    return first[usual]


def _first_rows(part: Part, separator: str) -> Iterator[_Header]:
    with part.path.open(encoding="utf-8-sig", newline="\n") as stream:
        lines = _Counted(stream)
        before = 0
        for number, record in enumerate(itertools.islice(_records(part, lines, separator), HEADER_SEARCH_ROWS), 1):
            yield _Header(tuple(record), number, before, lines.count, separator)
            before = lines.count


class _Counted:
    """Lines, counted as they are taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.count += 1
            yield line


def _records(part: Part, lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    """The values of each row. A carriage return within a line is no end of it, and read as a space."""
    csv.field_size_limit(LONGEST_VALUE_CHARACTERS)
    records = csv.reader((_with_one_end(line) for line in lines), delimiter=separator)
    try:
        yield from records
    except csv.Error as error:
        found, remedy = f"the row cannot be taken apart ({error})", "Correct the quotes and line ends of that row"
        expected = f"values with {SEPARATORS[separator]} between"
        raise DropError(Problem(part.name, found, expected, remedy, row=records.line_num)) from error


def _with_one_end(line: str) -> str:
    return line.removesuffix("\n").rstrip("\r").replace("\r", " ") + "\n" if "\r" in line else line


def _check_end(part: Part, separator: str, width: int) -> None:
    """Raise DropError where the file stops in the middle of a row: no line end, and values short."""
    with part.path.open("rb") as stream:
        stream.seek(max(0, part.path.stat().st_size - CHUNK_BYTES))
        last = stream.read().rpartition(b"\n")[2].decode(errors="replace")
    if not last.strip() or last.count('"') % 2:
        return
    values = len(next(_records(part, [last], separator)))
    if values < width:
        found = f"the file stops in the middle of its last row, which has {values} values of {width}"
        raise DropError(Problem(part.name, found, "a file that ends with a whole row", SEND_AGAIN))


def _uneven(part: Part, header: _Header) -> Problem | None:
    """The first row with more or fewer values than the header, or None.

    Separators and line ends outside quotes are counted in the bytes, which is quick; where the counts are not what they
    should be, which is so too where a quote stands alone in a value, the rows are taken apart one by one.
    """
    width = len(header.values)
    if width == 1 or not _has_other_counts(part, header, width - 1):
        return None
    return uneven_row(part, header.separator, header.row, width)


def _has_other_counts(part: Part, header: _Header, separators: int) -> bool:
    """Whether a line after the header, if not empty, has another number of separators, or a quote has no end."""
    inside, count, length, last = 0, 0, 0, LINE_END
    with part.path.open("rb") as stream:
        for _ in range(header.lines):
            stream.readline()
        while chunk := stream.read(CHUNK_BYTES):
            data = np.frombuffer(chunk, np.uint8)
            ends, between = data == LINE_END, data == ord(header.separator)
            if inside or QUOTE in chunk:
                within = (np.cumsum(data == QUOTE, dtype=np.uint8) + inside) & 1
                ends &= within == 0
                between &= within == 0
                inside = int(within[-1])
            at, places = np.flatnonzero(ends), np.flatnonzero(between)
            if len(at):
                before = np.searchsorted(places, at)
                counts, lengths, bytes_before = np.diff(before, prepend=0), np.diff(at, prepend=-1), data[at - 1]
                counts[0] += count
                lengths[0] += length
                bytes_before[0] = bytes_before[0] if at[0] else last
                is_blank = (lengths == 1) | ((lengths == 2) & (bytes_before == CARRIAGE_RETURN))
                if ((counts != separators) & ~((counts == 0) & is_blank)).any():
                    return True
                count, length = len(places) - int(before[-1]), len(data) - 1 - int(at[-1])
            else:
                count, length = count + len(places), length + len(data)
            last = data[-1]
    return bool(inside)
