"""Warehouses that cannot be used, each in its own way. Shared by tests."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

BLOCK_BYTES, FIRST_BLOCK = 262_144, 12_288


def flipped(path: Path, at: int) -> None:
    """Turn some bytes of a file over."""
    with path.open("r+b") as file:
        file.seek(at)
        was = file.read(64)
        file.seek(at)
        file.write(bytes(byte ^ 255 for byte in was))


def _of_sqlite(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("create table t (i integer)")
        other.execute("insert into t select value from json_each(json_array(1, 2, 3))")
        other.execute("create table u as select zeroblob(20000) as b")
        other.commit()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


UNOPENABLE: dict[str, tuple[Callable[[Path], None], str]] = {
    "no file of DuckDB": (lambda path: flipped(path, 0), "is no DuckDB file: give another with --warehouse"),
    "text": (lambda path: path.write_text("month,rank\n" * 2000) and None, "is no DuckDB file"),
    "a file of SQLite": (_of_sqlite, "is no DuckDB file"),
    "a damaged header": (
        lambda path: flipped(path, 4096 + 8),
        "is damaged (DuckDB says: Corrupt database file: computed checksum",
    ),
    "cut to 8192 bytes": (
        lambda path: path.write_bytes(path.read_bytes()[:8192]) and None,
        "has no rows in it, for it was cut short as it was made: move it away",
    ),
    "nothing in it": (lambda path: path.write_bytes(b"") and None, "has no rows in it"),
    "cut in half": (
        lambda path: path.write_bytes(path.read_bytes()[: FIRST_BLOCK + 1000]) and None,
        "is damaged (DuckDB says: Could not read enough bytes",
    ),
    "a folder": (_folder, "is a folder: give the warehouse's file with --warehouse"),
}
"""What was done to the file, and what is to be said of it."""


def copied(source: Path, target: Path) -> Path:
    """A copy of a warehouse, to be damaged."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(source, target))
