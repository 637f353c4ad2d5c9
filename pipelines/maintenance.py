"""Keeping the instance small: runs and their event logs grow for ever unless someone deletes them.

What belongs here: which runs go, and the disk that they took, for the storage that the project sets up (SQLite files
and logs of this machine). What does not: any table of the warehouse.
"""

import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from sqlalchemy import make_url

from assets.months import TIME_ZONE

BATCH = 200
LOCK_WAIT_SECONDS = 60.0
ENDINGS = (".db", ".db-wal", ".db-shm")
"""Of the files that SQLite keeps a run's log in."""


class PruneConfig(dg.Config):
    """What to keep."""

    keep_days: int = 400
    """Finished runs older than this many days are deleted; the default keeps last year's same month."""


@dg.op
def delete_old_runs(context: dg.OpExecutionContext, config: PruneConfig) -> int:
    """Delete finished runs older than `keep_days`, and give back the disk of all that are gone; returns how many."""
    before = datetime.now(UTC) - timedelta(days=config.keep_days)
    finished = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    deleted = 0
    while records := context.instance.get_run_records(
        dg.RunsFilter(statuses=finished, created_before=before), limit=BATCH
    ):
        for record in records:
            context.instance.delete_run(record.dagster_run.run_id)
        deleted += len(records)
    context.log.info(f"deleted {deleted} runs created before {before:%Y-%m-%d}")
    left = remove_leftovers(context.instance)
    context.log.info(f"removed {left} files and folders of runs that are gone")
    for path in shared_files(context.instance):
        freed = compact(path)
        if freed is None:
            context.log.warning(f"{path} is in use: its space is given back another time")
        else:
            context.log.info(f"{path} gave back {freed / 1e6:.1f} MB")
    return deleted


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


@dg.job(description="Deletes old runs, their event logs and their files from the instance; tables are not touched.")
def prune_history() -> None:
    """Delete old runs."""
    delete_old_runs()


prune_weekly = dg.ScheduleDefinition(
    name="prune_history", job=prune_history, cron_schedule="0 3 * * 0", execution_timezone=TIME_ZONE
)
