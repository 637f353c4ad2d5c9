"""Writing the warehouse anew without the space of what was deleted, and putting the new file in the old one's place.

The new file is made in a folder beside, and counted and digested against the old; then it takes the name in one step
of the file system. Whatever ends the process, the name is that of a whole file: the old one or the new. Who reads the
old one meanwhile goes on reading. What belongs here: the space, the copy, the swap. What does not: when it is done
(profile), or whose turn it is to write (`turns`): whoever calls this has it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import duckdb

from assets.disk import DiskFullError, full_disk_said, sync_folder
from assets.scratch import scratch_folder
from assets.warehouse.contents import contents, differing
from assets.warehouse.database import (
    LOCK_TRIED_EVERY_SECONDS,
    LOCK_WAIT_SECONDS,
    Warehouse,
    sql_text,
)
from assets.warehouse.faults import WarehouseError, WarehouseHeldError, log_of
from assets.warehouse.litter import MAKING

DOING = "the warehouse was written anew"


@dataclass(frozen=True)
class Space:
    """Bytes of the file, and of those the free ones."""

    total: int
    free: int

    @property
    def free_share(self) -> float:
        """Share of the file that is free; 0 of an empty one."""
        return self.free / self.total if self.total else 0.0


def space_of(warehouse: Warehouse, wait_seconds: float = LOCK_WAIT_SECONDS) -> Space:
    """The space of the file, once its log is written into it."""
    with warehouse.connect(wait_seconds=wait_seconds) as connection:
        connection.execute("checkpoint")
        block, total, free = connection.execute(
            "select block_size, total_blocks, free_blocks from pragma_database_size()"
        ).fetchall()[0]
    return Space(block * total, block * free)


def compact(warehouse: Warehouse, spare_bytes: int, wait_seconds: float = LOCK_WAIT_SECONDS) -> tuple[int, int]:
    """Write the file anew; returns its bytes before and after.

    `spare_bytes` are left free on the disk. Raises DiskFullError where the new file would not find room beside the old,
    WarehouseHeldError where others use the file for longer than `wait_seconds` as it is to be swapped, WarehouseError
    where the new one is not the same: in each case the old one stays.
    """
    path = warehouse.path.resolve()
    space = space_of(warehouse, wait_seconds)
    if shutil.disk_usage(path.parent).free < space.total - space.free + spare_bytes:
        raise DiskFullError(path.parent, f"{DOING}, which needs {(space.total - space.free) / 1e6:.0f} MB beside it")
    seen = _state(path)
    with scratch_folder(path.parent, MAKING) as folder, full_disk_said(path.parent, DOING):
        new = folder / path.name
        _copy(warehouse, path, new, folder)
        shutil.copymode(path, new)
        _swap(new, path, seen, wait_seconds)
    return seen[1], path.stat().st_size


def _copy(warehouse: Warehouse, path: Path, new: Path, folder: Path) -> None:
    """Copy all that stands in the file, as it is declared there, into a new one. Raises WarehouseError where it is not
    the same."""
    with warehouse.beside(folder) as connection:
        connection.execute(f"attach '{sql_text(str(path))}' as old (read_only)")
        connection.execute(f"attach '{sql_text(str(new))}' as new")
        connection.execute("copy from database old to new")
        connection.execute("checkpoint new")
        if wrong := differing(contents(connection, "old"), contents(connection, "new")):
            raise WarehouseError(f"{path} stays as it is, for a copy of it came out otherwise in {', '.join(wrong)}")
        connection.execute("detach new")
    with new.open("rb") as file:
        os.fsync(file.fileno())


def _swap(new: Path, path: Path, seen: tuple[int, int, int], wait_seconds: float) -> None:
    """Give the new file the name of the old, which nobody may use or have written since it was seen."""
    with path.open("rb+") as old, _locked(old, path, wait_seconds):
        if _state(path) != seen or log_of(path).exists():
            raise WarehouseHeldError(f"{path} was written meanwhile: it is written anew another time")
        new.replace(path)
        sync_folder(path.parent)
        # Who opened the old file in this instant finds it locked, and opens the new one.
        with duckdb.connect(str(path), read_only=True):
            """It opens."""


@contextmanager
def _locked(file: IO[Any], path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the lock that DuckDB takes to write; closing the file gives it back."""
    started = time.monotonic()
    while True:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError as error:
            if time.monotonic() - started > wait_seconds:
                raise WarehouseHeldError(
                    f"{path} is in use by another process: it is written anew another time"
                ) from error
            time.sleep(LOCK_TRIED_EVERY_SECONDS)
    yield


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
