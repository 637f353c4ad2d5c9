"""Whose turn it is to make months of a warehouse: one run's at a time, whoever started it.

What belongs here: the turn, and who has it. What does not: which month is made when; the write lock of the file itself,
which DuckDB holds for a moment at a time.

A month looks back at those before it, so two runs that take turns step by step would each see half of the other's
month. A turn is a lock on a file beside the warehouse, which the system takes back however the process ends.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from assets.disk import full_disk_said

LOOK_EVERY_SECONDS = 0.5
PROCESS = " (process "
"""In the file, between what is made and the number of the process that makes it."""


@contextmanager
def turn(warehouse: str | Path, what: str, tell: Callable[[str], None]) -> Iterator[None]:
    """Be alone in making months of a warehouse until the end; a process that has the turn already keeps it.

    `what` is what others are told this is (`run 1f0a of 2025-05`). Waits for as long as another process has the turn,
    and tells whom it waits for, in a sentence, once for each that it finds there. Raises ValueError where the folder
    of the warehouse cannot be written, DiskFullError where its disk is full.
    """
    path = _file(warehouse)
    lock = FileLock(path, is_singleton=True, thread_local=False)
    _wait_for(lock, path, what, tell)
    outer = path.read_text(encoding="utf-8")
    try:
        with full_disk_said(path.parent):
            path.write_text(f"{what}{PROCESS}{os.getpid()})", encoding="utf-8")
        yield
    finally:
        if lock.lock_counter > 1:
            # Who waits is told of the inner one on a disk that is full.
            with suppress(OSError):
                path.write_text(outer, encoding="utf-8")
        else:
            # Gone before it is let go: who waits finds that out, and makes the file anew.
            path.unlink(missing_ok=True)
        lock.release()


def _wait_for(lock: BaseFileLock, path: Path, what: str, tell: Callable[[str], None]) -> None:
    named = ""
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(blocking=False)
        except Timeout:
            holder = _written(path)
            process = holder.rpartition(PROCESS)[2]
            if process and process != named:
                tell(f"{what} waits for {holder}: months of a warehouse are made one at a time")
                named = process
            time.sleep(LOOK_EVERY_SECONDS)
        except OSError as error:
            raise ValueError(f"{path.parent} cannot be written: {error}: give another --warehouse") from error
        else:
            return


def _written(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _file(warehouse: str | Path) -> Path:
    file = Path(warehouse).resolve()
    return file.with_name(f"{file.name}.turn")
