"""The files that the history of runs takes on this machine: those of runs that are gone, and space within the others.

What belongs here: the storage that the project sets up (SQLite files and logs). What does not: which runs go. Imported
where it is used: Dagster's storage takes half as long to import as the rest of the definitions.
"""

import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from sqlalchemy import make_url

LOCK_WAIT_SECONDS = 60.0
ENDINGS = (".db", ".db-wal", ".db-shm")
"""Of the files that SQLite keeps a run's log in."""


def remove_leftovers(instance: dg.DagsterInstance) -> int:
    """Remove the files and folders of runs that the instance does not know, which deleting a run leaves; how many."""
    removed = 0
    for path in _of_runs(instance):
        run_id = path.name.partition(".")[0]
        if _is_run_id(run_id) and not instance.has_run(run_id):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            removed += 1
    return removed


def shared_files(instance: dg.DagsterInstance) -> list[Path]:
    """The SQLite files that hold something of all runs; none where a server (PostgreSQL) does."""
    events, runs, schedules = instance.event_log_storage, instance.run_storage, instance.schedule_storage
    found = [Path(events.path_for_shard(INDEX_SHARD_NAME))] if isinstance(events, SqliteEventLogStorage) else []
    found += [
        Path(make_url(storage._conn_string).database or "")
        for storage in (runs, schedules)
        if isinstance(storage, SqliteRunStorage | SqliteScheduleStorage)
    ]
    return [path for path in found if path.is_file()]


def compact(path: Path) -> int | None:
    """Write a SQLite file anew without the space of what was deleted; bytes freed, None where others use it."""
    before = _bytes(path)
    try:
        with closing(sqlite3.connect(path, timeout=LOCK_WAIT_SECONDS, isolation_level=None)) as connection:
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.OperationalError:
        return None
    return before - _bytes(path)


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in (path, path.with_name(f"{path.name}-wal")) if file.exists())


def _of_runs(instance: dg.DagsterInstance) -> Iterator[Path]:
    """The files and folders that are named after a run."""
    events, logs = instance.event_log_storage, instance.compute_log_manager
    if isinstance(events, SqliteEventLogStorage):
        folder = Path(events.path_for_shard(INDEX_SHARD_NAME)).parent
        yield from [path for path in folder.iterdir() if path.name.endswith(ENDINGS)]
    if isinstance(logs, LocalComputeLogManager):
        folder = Path(logs.get_captured_local_path(["a"], "out")).parent
        yield from [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def _is_run_id(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False
