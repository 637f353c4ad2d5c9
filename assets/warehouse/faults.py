"""A file that cannot be used: what is wrong with it, in a sentence with the remedy.

What belongs here: which of DuckDB's errors say so, and the words. What does not: connections, waiting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

MAGIC, MAGIC_AT = b"DUCK", 8
"""What every DuckDB file has, and where."""
HEADER_BYTES = 12_288
"""What comes before the first block of such a file."""
OF_THE_FILE = (duckdb.IOException, duckdb.InternalException, duckdb.FatalException, duckdb.SerializationException)
"""What DuckDB raises where a file or its log is at fault; PermissionException and others are of a query."""
DAMAGE = ("Corrupt database file", "Could not read enough bytes", "database has been invalidated", "Corrupt WAL file")


class WarehouseError(ValueError):
    """The warehouse's file cannot be used as it stands; says what is wrong with it and what to do."""


class WarehouseHeldError(WarehouseError):
    """Another process holds the file: it can be tried again later."""


@dataclass(frozen=True)
class Holder:
    """Another process that holds the file, as far as DuckDB knows it."""

    program: str | None
    process: int | None

    def __str__(self) -> str:
        if self.process is None:
            return "another process"
        return f"process {self.process}" + (f" ({self.program})" if self.program else "")


def holder(error: BaseException) -> Holder | None:
    """Who holds the file, where an error is of a file that another process holds; else None."""
    if not isinstance(error, duckdb.IOException) or "Could not set lock on file" not in str(error):
        return None
    named = re.search(r"lock is held in (.*?) ?\(PID (\d+)\)", str(error))
    return Holder(Path(named[1]).name or None, int(named[2])) if named else Holder(None, None)


def held(path: Path, by: Holder) -> WarehouseHeldError:
    """What to say where the file is held."""
    return WarehouseHeldError(f"{path} cannot be opened: {by} holds it: wait for it or end it")


def log_of(path: Path) -> Path:
    """The write-ahead log beside a file."""
    return path.with_name(f"{path.name}.wal")


def unopenable(path: Path, error: duckdb.Error) -> WarehouseError:
    """What to say where DuckDB cannot open the file."""
    said = _said(error)
    if path.is_dir():
        return WarehouseError(f"{path} is a folder: give the warehouse's file with --warehouse")
    if "Permission denied" in said or "Read-only file system" in said:
        return WarehouseError(
            f"{path} may not be read or written (DuckDB says: {said}): "
            "give this user the right to the file and its folder, or give another with --warehouse"
        )
    if not path.exists():
        return WarehouseError(f"{path} is not there (DuckDB says: {said}): `innovation-clusters refresh` makes it")
    return _refused_content(path, error)


def _refused_content(path: Path, error: duckdb.Error) -> WarehouseError:
    """What to say where what stands in the file or its log is at fault."""
    said, log = _said(error), log_of(path)
    if "replaying WAL" in said:
        return WarehouseError(
            f"the log {log} cannot be replayed (DuckDB says: {said}). The rows of its last transactions are in it "
            f"alone: move {log} away, and keep it until all is well. {path.name} then opens as it was before them: "
            "make the latest months again"
        )
    if "version number" in said:
        return WarehouseError(
            f"{path} was written by another version of DuckDB than {duckdb.__version__} (DuckDB says: {said}): "
            "install the version that wrote it, or give another with --warehouse"
        )
    if path.stat().st_size < HEADER_BYTES:
        return WarehouseError(f"{path} has no rows in it, for it was cut short as it was made: {_away(path)}")
    if not _has_magic(path):
        return WarehouseError(f"{path} is no DuckDB file: give another with --warehouse, or {_away(path)}")
    return damaged(path, error)


def damaged(path: Path, error: duckdb.Error) -> WarehouseError:
    """What to say where blocks of the file cannot be read."""
    return WarehouseError(
        f"{path} is damaged (DuckDB says: {_said(error)}): put a copy of it in its place, or {_away(path)}"
    )


def left_alone(log: Path, path: Path) -> WarehouseError:
    """What to say of a log whose file is gone."""
    return WarehouseError(
        f"{log} is there, but {path} is not: put back the file that the log belongs to, or move the log away"
    )


def fault_in_use(path: Path, error: BaseException) -> WarehouseError | None:
    """What to say of an error that came up while the file was read or written; None where the file is not at fault."""
    if not isinstance(error, OF_THE_FILE):
        return None
    if any(words in str(error) for words in DAMAGE):
        return damaged(path, error)
    if isinstance(error, duckdb.IOException):
        return None
    return WarehouseError(
        f"DuckDB failed within itself at work on {path} (it says: {_said(error)}): what was there before stays. "
        "`innovation-clusters doctor` says whether the file is whole"
    )


def _away(path: Path) -> str:
    log = log_of(path)
    what = f"it and {log}" if log.exists() else "it"
    return f"move {what} away, and make the months again"


def _said(error: BaseException) -> str:
    first = str(error).strip().splitlines()[0]
    return re.sub(r"^(IO|INTERNAL|FATAL|Serialization) Error: ", "", first)


def _has_magic(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(MAGIC_AT + len(MAGIC))[MAGIC_AT:] == MAGIC
