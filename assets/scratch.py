"""Folders for what is made on the way: they go when they are done with, and those of processes that are gone at the
next start.

A process holds a lock on a file in its folder, which the system takes back however the process ends. Only a folder
with such a file is deleted by another process: one that merely has a like name may be anybody's. What belongs here:
making, telling dead from live, deleting. What does not: what stands in the folders, or where they are.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

ALIVE = ".alive"
"""The file that is locked for as long as the folder's process lives."""


@contextmanager
def scratch_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in `parent`, gone at the end."""
    folder, lock = _held(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def _held(parent: Path, prefix: str) -> tuple[Path, FileLock]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        lock = FileLock(folder / ALIVE)
        # Between the two, one that clears up may take the folder for one left behind: then another is made.
        with suppress(Timeout, FileNotFoundError):
            lock.acquire(blocking=False)
            if (folder / ALIVE).exists():
                return folder, lock
        lock.release()


def folders_left(parent: Path, prefix: str) -> list[Path]:
    """Folders of processes that are gone, and those in which nothing shows whose they are; changes nothing."""
    return [folder for folder in _named(parent, prefix) if not _lives(folder)]


def delete_dead(parent: Path, prefix: str) -> None:
    """Delete the folders of processes that are gone. What cannot be deleted, or be told to be dead, stays."""
    for folder in _named(parent, prefix):
        if not (folder / ALIVE).exists():
            # Its process ended before it could show that it lived; where it does live, it makes another.
            with suppress(OSError):
                folder.rmdir()
            continue
        lock = FileLock(folder / ALIVE)
        with suppress(Timeout, OSError):
            lock.acquire(blocking=False)
            shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def _named(parent: Path, prefix: str) -> list[Path]:
    """Folders with a name as `tempfile` gives."""
    given = re.compile(rf"{re.escape(prefix)}[a-z0-9_]{{8}}")
    return [
        entry
        for entry in sorted(parent.glob(f"{prefix}*"))
        if given.fullmatch(entry.name) and entry.is_dir() and not entry.is_symlink()
    ]


def _lives(folder: Path) -> bool:
    if not (folder / ALIVE).exists():
        return False
    lock = FileLock(folder / ALIVE)
    try:
        lock.acquire(blocking=False)
    except (Timeout, OSError):
        return True
    lock.release()
    return False
