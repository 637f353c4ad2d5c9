"""A disk that is full, and entries of a folder that last.

What belongs here: how a full disk is told from other faults whichever library met it, what is said of it, and writing
through to the disk. What does not: what is written where.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT}
SAID_OF_A_FULL_DISK = (
    "No space left on device",
    "Disk quota exceeded",
    "Could not write all required bytes",
    "database or disk is full",
    "'max_temp_directory_size' setting",
)
"""What DuckDB, polars and SQLite say in errors of their own; the last is of DuckDB that may spill no more."""
MEGABYTE = 1_000_000


class DiskFullError(ValueError):
    """A disk is full; says which, what is free, and what to do."""

    def __init__(self, folder: Path) -> None:
        free = shutil.disk_usage(_existing(folder)).free / MEGABYTE
        super().__init__(
            f"the disk of {folder.absolute()} is full: {free:.1f} MB are free. What was there before stays: "
            "free some of the disk, and run the same again"
        )


@contextmanager
def full_disk_said(folder: Path) -> Iterator[None]:
    """Raise DiskFullError for whatever a full disk made fail in here, however it was wrapped; all else as it is."""
    try:
        yield
    except Exception as error:
        refuse_full_disk(error, folder)
        raise


def refuse_full_disk(error: BaseException, folder: Path) -> None:
    """Raise DiskFullError, of the disk that `folder` is on, where an error or one that it came of is of a full disk."""
    if is_disk_full(error) and not isinstance(error, DiskFullError):
        raise DiskFullError(folder) from error


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or one that it came of, is of a full disk."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, DiskFullError) or (isinstance(at, OSError) and at.errno in FULL):
            return True
        if any(words in str(at) for words in SAID_OF_A_FULL_DISK):
            return True
        at = at.__cause__ or at.__context__
    return False


def sync_folder(folder: Path) -> None:
    """Make the folder's entries last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
