"""Kinds of file: unpacking, encodings, and any table as columns of text.

What belongs here: bytes, archives, headers, and what can be wrong with them. What does not: what a column means
(`columns`, `tables`, the readers).
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import itertools
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import fastexcel
import numpy as np
import polars as pl

from assets.sources.problems import DropError, Problem, shown

CHUNK_BYTES = 1 << 20
LINE_END = ord("\n")
HEADER_SEARCH_ROWS = 20
SEND_AGAIN = "Fetch or export the file again, whole, and put it in this one's place"
SPREADSHEET_ERRORS = {
    "NA": "#N/A",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "Div0": "#DIV/0!",
    "Name": "#NAME?",
    "Num": "#NUM!",
    "Null": "#NULL!",
    "GettingData": "#GETTING_DATA",
}
"""What stands in a cell that a spreadsheet could not work out, by the library's name of it."""
SAVE_AS_UTF8 = "Save the file as UTF-8 and put it in this one's place"


@dataclass(frozen=True)
class Part:
    """A file of a drop on the local disk."""

    path: Path
    name: str
    """Where it stands in the sources, as messages show it; a member of an archive is `archive.zip/member.csv`."""

    @property
    def kind(self) -> str:
        """Extension without any `.gz`: csv, parquet, xlsx, zip, jsonl, ..."""
        suffixes = [suffix.lower().lstrip(".") for suffix in PurePosixPath(self.name).suffixes]
        return next((suffix for suffix in reversed(suffixes) if suffix != "gz"), "")

    @property
    def is_gzip(self) -> bool:
        """Whether the file is packed with gzip."""
        return self.name.lower().endswith(".gz")


@dataclass(frozen=True)
class TextTable:
    """A table as it stands in a file: every value text, nulls where the file has nothing."""

    part: Part
    header: tuple[str, ...]
    rows: pl.LazyFrame
    """Columns `0`, `1`, ... in the order of the header, and `row`: the row of the file, the header being row 1."""


Choose = Callable[[Sequence[str]], Collection[str]]
"""Which of the names in a folder or an archive hold what is read."""


def everything(names: Sequence[str]) -> Sequence[str]:
    """The choice of all."""
    return names


def plain_files(parts: Sequence[Part], scratch: Path, choose: Choose = everything) -> list[Part]:
    """The chosen files of a drop: gzip and zip taken apart under `scratch`, anything else as it is.

    Raises DropError for an archive that is cut short, damaged or empty, and for an empty file.
    """
    chosen = set(choose([part.name for part in parts]))
    return [plain for part in parts if part.name in chosen for plain in _unpack(part, scratch, choose)]


def _unpack(part: Part, scratch: Path, choose: Choose) -> list[Part]:
    if part.path.stat().st_size == 0:
        raise DropError(Problem(part.name, "the file is empty (0 bytes)", "a file with data", SEND_AGAIN))
    if part.kind == "zip":
        return _unzip(part, scratch, choose)
    if not part.is_gzip:
        return [part]
    plain_name = part.name[: -len(".gz")]
    target = _place_for(plain_name, scratch)
    with target.open("wb") as plain:
        for chunk in gunzipped(part):
            plain.write(chunk)
    return _unpack(Part(target, plain_name), scratch, choose)


def gunzipped(part: Part) -> Iterator[bytes]:
    """The bytes of a gzip file, unpacked, in chunks; raises DropError where it is cut short or damaged."""
    done = 0
    try:
        with gzip.open(part.path) as packed:
            while chunk := packed.read(CHUNK_BYTES):
                done += len(chunk)
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        found = f"the gzip is cut short or damaged after {done} unpacked bytes ({error})"
        raise DropError(Problem(part.name, found, "a whole gzip file", SEND_AGAIN)) from error


def check_utf8(part: Part) -> int:
    """The number of line ends in a file, unpacked; raises DropError, naming byte and row, where it is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    start, line = 0, 1
    for chunk in gunzipped(part) if part.is_gzip else _chunks(part.path):
        held = len(decoder.getstate()[0])
        # Most of a register is plain ASCII, which is seen in a fraction of the time that decoding takes.
        if held or not chunk.isascii():
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise _not_utf8(part, error, start - held, line) from error
        start += len(chunk)
        line += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == LINE_END))
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _not_utf8(part, error, start - len(error.object), line) from error
    return line - 1


def text_table(part: Part) -> TextTable:
    """A plain CSV, TSV, Parquet or XLSX file as text columns; raises DropError where it cannot be read."""
    match part.kind:
        case "csv":
            return _separated(part, ",")
        case "tsv":
            return _separated(part, "\t")
        case "parquet":
            return _parquet(part)
        case "xlsx":
            return _first_sheet(part)
    expected = "csv, csv.gz, parquet, xlsx, tsv or a zip of csv"
    raise DropError(Problem(part.name, f"a file of kind {part.kind!r}", expected, "Export it as one of these"))


def unreadable(part: Part, error: Exception) -> DropError:
    """The refusal of a file that a library could not read."""
    reason = str(error).strip().splitlines()[0]
    return DropError(Problem(part.name, f"the file cannot be read ({reason})", f"a whole {part.kind} file", SEND_AGAIN))


def _unzip(part: Part, scratch: Path, choose: Choose) -> list[Part]:
    try:
        with zipfile.ZipFile(part.path) as archive:
            members = {info.filename: info for info in archive.infolist() if info.file_size and not _is_litter(info)}
            chosen = set(choose(list(members)))
            found = []
            for member in (info for name, info in members.items() if name in chosen):
                inside = Part(_place_for(f"{part.name}/{member.filename}", scratch), f"{part.name}/{member.filename}")
                with archive.open(member) as packed, inside.path.open("wb") as plain:
                    shutil.copyfileobj(packed, plain, CHUNK_BYTES)
                found.append(inside)
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        damage = f"the zip is cut short or damaged ({error})"
        raise DropError(Problem(part.name, damage, "a whole zip file", SEND_AGAIN)) from error
    if not found:
        raise DropError(Problem(part.name, "the zip has no file with data in it", "a zip of csv files", SEND_AGAIN))
    return [plain for member in found for plain in _unpack(member, scratch, choose)]


def _place_for(name: str, scratch: Path) -> Path:
    """Where an unpacked file goes: a name in an archive may hold `..`, so it is not used as a path."""
    folder = scratch / "unpacked"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}-{PurePosixPath(name).name}"


def _is_litter(info: zipfile.ZipInfo) -> bool:
    return info.filename.startswith("__MACOSX/") or PurePosixPath(info.filename).name.startswith(".")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _not_utf8(part: Part, error: UnicodeDecodeError, start: int, line: int) -> DropError:
    found = f"byte {start + error.start} is 0x{error.object[error.start]:02x}, which is not UTF-8"
    row = line + error.object[: error.start].count(b"\n")
    return DropError(Problem(part.name, found, "text in UTF-8", SAVE_AS_UTF8, row=row))


def _separated(part: Part, separator: str) -> TextTable:
    check_utf8(part)
    with part.path.open(encoding="utf-8-sig", newline="") as stream:
        header = next(_records(stream, separator), None)
    if not header:
        raise DropError(Problem(part.name, "the first row is empty", "a header in row 1", SEND_AGAIN, row=1))
    _check_end(part, separator, len(header))
    names = [str(position) for position in range(len(header))]
    try:
        rows = pl.scan_csv(
            part.path,
            separator=separator,
            has_header=False,
            glob=False,
            schema=dict.fromkeys(names, pl.String),
            row_index_name="row",
            row_index_offset=1,
        ).filter(pl.col("row") > 1)
    except pl.exceptions.PolarsError as error:
        raise unreadable(part, error) from error
    return TextTable(part, tuple(header), rows)


def _check_end(part: Part, separator: str, width: int) -> None:
    """Raise DropError where the file stops in the middle of a row: no line end, and values short."""
    with part.path.open("rb") as stream:
        stream.seek(max(0, part.path.stat().st_size - CHUNK_BYTES))
        last = stream.read().rpartition(b"\n")[2].decode(errors="replace")
    if not last or last.count('"') % 2:
        return
    values = len(next(csv.reader([last], delimiter=separator)))
    if values < width:
        found = f"the file stops in the middle of its last row, which has {values} values of {width} ({shown(last)!r})"
        raise DropError(Problem(part.name, found, "a file that ends with a whole row", SEND_AGAIN))


def ragged_row(part: Part, width: int) -> Problem | None:
    """The first row of a CSV or TSV file with more values than the header, or None: what to say when parsing fails."""
    with part.path.open(encoding="utf-8-sig", newline="") as stream:
        for number, record in enumerate(_records(stream, "\t" if part.kind == "tsv" else ","), start=1):
            if len(record) > width:
                return Problem(
                    part.name,
                    f"the row has {len(record)} values and the header {width}",
                    "as many values as the header",
                    "Put quotes around values with commas or line breaks in them",
                    row=number,
                )
    return None


def _records(stream: IO[str], separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(CHUNK_BYTES * 16)
    return csv.reader(stream, delimiter=separator)


def _parquet(part: Part) -> TextTable:
    try:
        schema = pl.read_parquet_schema(part.path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(part, error) from error
    flat = {name: kind for name, kind in schema.items() if not kind.is_nested() and kind != pl.Binary}
    columns = [pl.col(name).cast(pl.String).alias(str(position)) for position, name in enumerate(flat)]
    rows = pl.scan_parquet(part.path, glob=False).select(columns).with_row_index("row", offset=2)
    return TextTable(part, tuple(flat), rows)


def _first_sheet(part: Part) -> TextTable:
    try:
        loaded = fastexcel.read_excel(part.path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
        cells, errors = loaded.to_arrow_with_errors()
    except fastexcel.FastExcelError as error:
        raise unreadable(part, error) from error
    sheet = _with_errors(pl.DataFrame(cells), errors)
    if sheet.height == 0:
        raise DropError(Problem(part.name, "the first sheet is empty", "a header in row 1", SEND_AGAIN))
    sheet = sheet.rename({name: str(position) for position, name in enumerate(sheet.columns)})
    header = tuple(value or "" for value in sheet.row(0))
    return TextTable(part, header, sheet.slice(1).with_row_index("row", offset=2).lazy())


def _with_errors(sheet: pl.DataFrame, errors: fastexcel.CellErrors | None) -> pl.DataFrame:
    """The cells of a sheet, with `#N/A` and its like where the library has nothing for what could not be worked out."""
    at: dict[int, list[tuple[int, str]]] = {}
    for error in errors.errors if errors else ():
        row, column = error.position
        kind = re.search(r"Error\((\w+)\)", error.detail)
        at.setdefault(column, []).append((row, SPREADSHEET_ERRORS.get(kind[1] if kind else "", "#ERROR")))
    for column, found in at.items():
        rows, texts = zip(*found, strict=True)
        sheet.replace_column(column, sheet.to_series(column).scatter(rows, texts))
    return sheet


def first_rows(table: TextTable) -> list[tuple[int, list[str]]]:
    """The first rows after the header, with their numbers, for finding a header that is not in row 1."""
    if table.part.kind in ("csv", "tsv"):
        separator = "\t" if table.part.kind == "tsv" else ","
        with table.part.path.open(encoding="utf-8-sig", newline="") as stream:
            records = itertools.islice(_records(stream, separator), 1, HEADER_SEARCH_ROWS)
            return list(enumerate(records, start=2))
    head = table.rows.head(HEADER_SEARCH_ROWS).collect()
    return [(row[0], [value or "" for value in row[1:]]) for row in head.iter_rows()]
