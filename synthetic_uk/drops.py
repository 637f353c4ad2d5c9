"""Files of a drop, written in chunks and the same to the byte for the same rows.

What belongs here: CSV, gzip, Parquet, ZIP, XLSX and JSON Lines. What does not: what stands in them. No file carries
the time it was written: gzip headers, ZIP entries and workbook properties all get a fixed date. Each bears the mark of
a synthetic country where its format has room for it (`assets.synthetic`).
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
import pyarrow.parquet as pq
import xlsxwriter

from assets.synthetic import MARK

CHUNK_ROWS = 200_000
_FIXED_DATE = (2020, 1, 1, 0, 0, 0)


def chunks(rows: int, size: int = CHUNK_ROWS) -> Iterator[slice]:
    """Consecutive slices that cover `rows` rows; one empty slice for none, so that a header is still written."""
    for start in range(0, max(rows, 1), size):
        yield slice(start, min(start + size, rows))


def write_csv_gzip(path: Path, frames: Iterable[pl.DataFrame]) -> int:
    """Write frames one after another as gzipped CSV with one header; returns the rows written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, _gzip(raw) as packed:
        return _write_csv(packed, frames)


def write_csv(path: Path, frame: pl.DataFrame) -> int:
    """Write one frame as plain CSV; returns the rows written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_csv(path)
    return frame.height


def write_bytes(path: Path, content: bytes, rows: int) -> int:
    """Write a file as it is; returns how many rows it is said to hold."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return rows


def write_csv_zip(
    path: Path, member: str, frames: Iterable[pl.DataFrame], *, quoted: bool = False, others: Mapping[str, bytes] = {}
) -> int:
    """Write frames as one CSV member of a ZIP, with every value `quoted` and the header not, where that is asked for,
    and the `others` after it; returns the rows written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open(member_info(member), "w", force_zip64=True) as packed:
            rows = _write_csv(packed, frames, quoted=quoted)
        for name, content in others.items():
            archive.writestr(member_info(name), content)
        archive.comment = MARK.encode()
    return rows


def write_zip(path: Path, members: Iterable[tuple[str, bytes]], mark: str = MARK) -> int:
    """Write a ZIP of members that carry no time of their own, with the mark as its comment; returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = mark.encode()
        for name, content in members:
            archive.writestr(member_info(name), content)
            count += 1
    return count


def zip_of(members: Iterable[tuple[str, bytes]]) -> bytes:
    """The same in memory: a ZIP that is a member of another."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members:
            archive.writestr(member_info(name), content)
    return packed.getvalue()


def member_info(name: str) -> zipfile.ZipInfo:
    """What a ZIP says of a member: packed, and without a time of its own."""
    info = zipfile.ZipInfo(name, date_time=_FIXED_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def write_parquet(path: Path, frames: Iterable[pl.DataFrame]) -> int:
    """Write frames as the row groups of one Parquet file; returns the rows written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    writer: pq.ParquetWriter | None = None
    for frame in frames:
        table = frame.to_arrow().replace_schema_metadata({"synthetic": MARK})
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
        rows += frame.height
    if writer is None:
        raise ValueError(f"{path}: nothing to write")
    writer.close()
    return rows


def table_writer(scale: float) -> tuple[str, Callable[[Path, Iterable[pl.DataFrame]], int]]:
    """Extension and writer of the large tables: Parquet above 1:5, gzipped CSV below."""
    return ("parquet", write_parquet) if scale > 0.2 else ("csv.gz", write_csv_gzip)


def write_json_lines(path: Path, records: Iterable[dict[str, Any]]) -> int:
    """Write one JSON object a line, gzipped; returns the lines written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("wb") as raw, _gzip(raw) as packed:
        for record in records:
            packed.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            count += 1
    return count


def write_text_gzip(path: Path, text: str, rows: int = 0) -> int:
    """Write a text, gzipped; returns how many rows it is said to hold."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, _gzip(raw) as packed:
        packed.write(text.encode())
    return rows


def _gzip(raw: BinaryIO) -> gzip.GzipFile:
    """A gzip file whose inner name, which readers pass over, is the mark."""
    return gzip.GzipFile(filename=MARK, mode="wb", compresslevel=4, fileobj=raw, mtime=0)


def write_workbook(
    path: Path,
    frame: pl.DataFrame,
    dates: frozenset[str],
    sheet_name: str = "Projects",
    cover: Sequence[str] = (),
    mark: str = MARK,
) -> int:
    """Write a frame as a sheet of an XLSX workbook, header in row 1; returns the rows written.

    Dates stand as the spreadsheet's serial numbers; a null has no cell at all. The lines of `cover`, where there are
    any, are a sheet "Read me" before it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        book.set_properties({"created": datetime(*_FIXED_DATE)})
        if cover:
            book.add_worksheet("Read me").write_column(0, 0, cover)
        sheet = book.add_worksheet(sheet_name)
        sheet.write_row(0, 0, frame.columns)
        date_format = book.add_format({"num_format": "dd/mm/yyyy"})
        for row, values in enumerate(frame.iter_rows(), start=1):
            for column, value in enumerate(values):
                if value is None:
                    continue
                if frame.columns[column] in dates:
                    sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), date_format)
                elif isinstance(value, str):
                    sheet.write_string(row, column, value)
                else:
                    sheet.write_number(row, column, value)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = mark.encode()
    return frame.height


def csv_text(frame: pl.DataFrame, *, with_header: bool) -> bytes:
    """A frame as CSV that quotes where it must."""
    return frame.write_csv(include_header=with_header).encode()


def _write_csv(target: Any, frames: Iterable[pl.DataFrame], *, quoted: bool = False) -> int:
    rows = 0
    for number, frame in enumerate(frames):
        text = io.BytesIO()
        if quoted and number == 0:
            text.write(f"{','.join(frame.columns)}\n".encode())
        frame.write_csv(
            text, include_header=number == 0 and not quoted, quote_style="always" if quoted else "necessary"
        )
        target.write(text.getbuffer())
        rows += frame.height
    return rows
