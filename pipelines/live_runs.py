"""Which runs of the command line still live, so that one that was killed holds nothing up.

Dagster does not learn that the process of such a run is gone (killed, out of memory, the machine went down): the run
stands as started for good, and keeps the one place there is to write the warehouse. So a run holds a lock on a file of
DAGSTER_HOME, which the system takes back however the process ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from filelock import FileLock, Timeout

from assets.warehouse.dagster_assets import POOL

LOCKS = "live_runs"
WHAT_HAPPENED = "its process ended without a word: it was killed, or the machine went down"


@contextmanager
def alive(home: Path, run_id: str) -> Iterator[None]:
    """Show, for as long as this process lives and is in here, that a run does."""
    folder = home / LOCKS
    folder.mkdir(exist_ok=True)
    path = folder / f"{run_id}.lock"
    with FileLock(path):
        yield
    path.unlink(missing_ok=True)


def end_dead_runs(instance: dg.DagsterInstance, home: Path) -> list[str]:
    """Mark the runs as failed whose process is gone, and free what ended runs hold; returns what to say of each."""
    dead = []
    for path in sorted((home / LOCKS).glob("*.lock")):
        lock = FileLock(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            continue
        run = instance.get_run_by_id(path.stem)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, f"Marked as failed: {WHAT_HAPPENED}.")
            dead.append(f"run {run.run_id} is marked as failed: {WHAT_HAPPENED}")
        path.unlink(missing_ok=True)
        lock.release()
    _free_places(instance)
    return dead


def _free_places(instance: dg.DagsterInstance) -> None:
    """Free what ended runs hold, those of the UI too: Dagster's daemon alone would, if one runs."""
    storage = instance.event_log_storage
    for slot in storage.get_concurrency_info(POOL).claimed_slots:
        run = instance.get_run_by_id(slot.run_id)
        if run is None or run.is_finished:
            storage.free_concurrency_slots_for_run(slot.run_id)
