"""A disk that is full, and entries of a folder that last.

What belongs here: how a full disk is told from other faults whichever library met it, what is said of it, and writing
through to the disk. What does not: what is written where.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SAID_OF_A_FULL_DISK = re.compile(
    r"no space left on device|disk quota exceeded|could not write all required bytes|database or disk is full"
    r"|'max_temp_directory_size' setting|os error (?:28|122)\b|errno:? (?:28|122)\b",
    re.IGNORECASE,
)
"""What DuckDB, polars, SQLite and libraries in other languages say in errors of their own; the fifth is of DuckDB that
may spill no more."""
MEGABYTE = 1_000_000


class DiskFullError(ValueError):
    """A disk is full; says which, what is free, and what to do. `doing`: what there was no room for."""

    def __init__(self, folder: Path, doing: str = "") -> None:
        self.folder, self.doing = folder, doing
        try:
            free = f"{shutil.disk_usage(_existing(folder)).free / MEGABYTE:.1f} MB are free"
        except OSError:
            free = "it cannot be asked how much is free"
        while_doing = f", while {doing}" if doing else ""
        super().__init__(
            f"the disk of {folder.absolute()} is full: {free}{while_doing}. What was there before stays, and no drop "
            "is at fault: free some of the disk, and run the same again"
        )

    def __reduce__(self) -> tuple[type[DiskFullError], tuple[Path, str]]:
        # A process that reads a drop apart hands it over.
        return DiskFullError, (self.folder, self.doing)


@contextmanager
def full_disk_said(folder: Path, doing: str = "") -> Iterator[None]:
    """Raise DiskFullError for whatever a full disk made fail in here, however it was wrapped; all else as it is."""
    try:
        yield
    except Exception as error:
        refuse_full_disk(error, folder, doing)
        raise


def refuse_full_disk(error: BaseException, folder: Path, doing: str = "") -> None:
    """Raise DiskFullError, of the disk that `folder` is on, where an error or one that it came of is of a full disk."""
    if is_disk_full(error) and not isinstance(error, DiskFullError):
        raise DiskFullError(folder, doing) from error


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or one that it came of, is of a full disk."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, DiskFullError) or (isinstance(at, OSError) and at.errno in FULL):
            return True
        # A ValueError is ours or of a value, and may quote what a drop holds.
        if not isinstance(at, ValueError) and SAID_OF_A_FULL_DISK.search(str(at)):
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
