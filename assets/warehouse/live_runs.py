"""That a run lives: a lock on a file of DAGSTER_HOME, which the system takes back however its process ends.

In a file beside stands how many processes the system had killed for want of memory when the run began: where it is
more by the time that the run is found dead, this is why. What belongs here: the two files. What does not: what is done
with runs that are dead (`pipelines.live_runs`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from assets.warehouse.memory import killed_for_memory

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
        _began(path).write_text(str(killed_for_memory()), encoding="ascii")
        yield
    forget(path)


def ran_out_of_memory(home: Path, run_id: str) -> bool:
    """Whether the system has killed processes for want of memory since a run began that has not ended in order."""
    try:
        began = _began(lock_of(home, run_id)).read_text(encoding="ascii")
    except OSError:
        return False
    return began.isdigit() and killed_for_memory() > int(began)


def forget(lock: Path) -> None:
    """Delete a run's files."""
    _began(lock).unlink(missing_ok=True)
    lock.unlink(missing_ok=True)


def _began(lock: Path) -> Path:
    # Not the lock's own file: whoever tries the lock empties that.
    return lock.with_suffix(".began")


def lock_of(home: Path, run_id: str) -> Path:
    """The file of a run."""
    return home / LOCKS / f"{run_id}.lock"
