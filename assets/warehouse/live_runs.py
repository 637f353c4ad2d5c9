"""That a run lives: a lock on a file of DAGSTER_HOME, which the system takes back however its process ends.

What belongs here: the lock. What does not: what is done with runs that are dead (`pipelines.live_runs`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

LOCKS = "live_runs"


@contextmanager
def alive(home: Path, run_id: str) -> Iterator[None]:
    """Show, for as long as this process lives and is in here, that a run does; one that shows it already goes on so."""
    path = lock_of(home, run_id)
    if path.exists():
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path):
        yield
    path.unlink(missing_ok=True)


def lock_of(home: Path, run_id: str) -> Path:
    """The file of a run."""
    return home / LOCKS / f"{run_id}.lock"
