"""Looking at a drop: which of its files are of which kind, and what these look like.

What belongs here: finding files, ZIPs taken apart, what becomes of a file that cannot be looked into. What does not:
the forms of files. Nothing is unpacked to the disk, and memory holds a block of a file, or one workbook.
"""

from __future__ import annotations

import csv
import lzma
import struct
import zipfile
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

import polars as pl

from assets.sources.problems import DropError
from assets.sources.shapes.books import look_at_workbook
from assets.sources.shapes.filings import look_at_filings
from assets.sources.shapes.records import look_at_features, look_at_records
from assets.sources.shapes.shape import FileKind, FileShape, Found, Tally
from assets.sources.shapes.tables import look_at_table

NOT_DATA = (".", "_")
OF_RECORDS = 4
"""A byte of records takes as many times as long to look at as one of a table, so as many times fewer are."""
CANNOT_BE_READ = (
    OSError,
    OverflowError,
    EOFError,
    csv.Error,
    struct.error,
    ValueError,
    RuntimeError,
    NotImplementedError,
    RecursionError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
)
"""What a file that is not what it should be makes libraries raise."""


def shapes_of(folder: Path, kinds: Sequence[FileKind], most_bytes: int) -> tuple[FileShape, ...]:
    """What the files of a drop's folder look like, one for each kind.

    Of a table so many bytes are looked at, of a file of records a quarter of it. A file that cannot be looked into
    raises nothing: its kind says so.
    """
    try:
        names = _files(folder, kinds)
    except CANNOT_BE_READ as error:
        return tuple(FileShape(kind.name, 0, 0, trouble=_reason(error)) for kind in kinds)
    return tuple(_shape(kind, _of_kind(kind, names), most_bytes) for kind in kinds)


def _shape(kind: FileKind, found: list[Found], most_bytes: int) -> FileShape:
    tally = Tally(kind)
    try:
        for file in found:
            _look(file, kind, tally, most_bytes)
    except CANNOT_BE_READ as error:
        size = sum(file.size for file in found)
        return FileShape(kind.name, len(found), size, trouble=_reason(error), is_refused=isinstance(error, DropError))
    return tally.shape(found)


def _look(file: Found, kind: FileKind, tally: Tally, most_bytes: int) -> None:
    match kind.form:
        case "table":
            look_at_table(file, kind, tally, most_bytes)
        case "workbook":
            look_at_workbook(file, kind, tally)
        case "records":
            look_at_records(file, kind, tally, most_bytes // OF_RECORDS)
        case "features":
            look_at_features(file, kind, tally)
        case "filings":
            look_at_filings(file, kind, tally)


def _of_kind(kind: FileKind, names: list[Found]) -> list[Found]:
    found = [file for file in names if kind.files.search(file.name)]
    if not found and kind.otherwise:
        found = [file for file in names if kind.otherwise.search(file.name)]
    return found


def _files(folder: Path, kinds: Sequence[FileKind]) -> list[Found]:
    """The files of a drop by name; a ZIP that is of no kind itself is taken apart."""
    found: list[Found] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(NOT_DATA)):
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() != ".zip" or any(kind.files.search(name) for kind in kinds):
            found.append(Found(name, path, path.stat().st_size, partial(_open_file, path)))
        else:
            found += _members(path, name)
    return found


def _members(path: Path, name: str) -> list[Found]:
    with zipfile.ZipFile(path) as archive:
        members = sorted(archive.infolist(), key=lambda info: info.filename)
    return [
        Found(f"{name}/{info.filename}", path, info.file_size, partial(_open_member, path, info))
        for info in members
        if info.file_size
        and not info.filename.startswith("__MACOSX/")
        and not PurePosixPath(info.filename).name.startswith(NOT_DATA)
    ]


def _open_file(path: Path) -> IO[bytes]:
    return path.open("rb")


def _open_member(path: Path, info: zipfile.ZipInfo) -> IO[bytes]:
    # What it gives holds the file open; the archive's own hold ends here.
    with zipfile.ZipFile(path) as archive:
        return archive.open(info)


def _reason(error: BaseException) -> str:
    if isinstance(error, DropError):
        return str(error.problem)
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__
