"""The instance's event log, held open by a run from this process.

What belongs here: how long a file of the log stays open. What does not: any event, table or file of the log; those are
Dagster's, and its webserver and daemon read what is written here with a storage of their own.

For each event Dagster opens a SQLite file anew several times, with an engine that has no statement compiled yet. A
refresh has a thousand events: where the rows are there already, that is a third of its time (docs/decisions.md has the
figures, and what was tried in place of this). Overridden are only those methods through which Dagster's storages hand
out connections; a file is made, or brought up to date, by Dagster's own when it is first opened.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event

from pipelines.slim_log import SlimEventLog, SlimSqliteStorage, instance_with


def instance_of(home: Path) -> dg.DagsterInstance:
    """The instance of a DAGSTER_HOME, its event log held open until the instance is disposed of.

    One that keeps its log elsewhere (PostgreSQL) is as Dagster makes it.
    """
    return instance_with(home, HeldSqliteStorage)


class HeldEventLog(SlimEventLog):
    """The event log with one engine for each of its files, which keeps its connection."""

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, Engine] = {}
        self._one_at_a_time = threading.Lock()
        super().__init__(base_dir)

    def run_connection(self, run_id: str | None = None) -> AbstractContextManager[Connection]:
        """A transaction in a run's file."""
        if run_id is None:
            raise ValueError("a run's file is opened by the run's id")
        return self._held_connection(run_id)

    def index_connection(self) -> AbstractContextManager[Connection]:
        """A transaction in the file of what all runs share."""
        return self._held_connection(INDEX_SHARD_NAME)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; asked for each check's outcome."""
        # Not in turn with other connections: Dagster asks while it has one open.
        with self._engine(INDEX_SHARD_NAME).connect() as connection:
            return connection.dialect.has_table(connection, table_name)

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        for engine in self._engines.values():
            engine.dispose()

    @contextmanager
    def _held_connection(self, shard: str) -> Iterator[Connection]:
        with self._one_at_a_time, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            with super().run_connection(shard):
                """Dagster's own way in makes the file, or brings it up to date."""
            engine = create_engine(
                self.conn_string_for_shard(shard), connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
            )
            event.listen(engine, "connect", _without_waiting_for_the_disk)
            self._engines[shard] = engine
        return self._engines[shard]


class HeldSqliteStorage(SlimSqliteStorage):
    """Dagster's storage, but for the event log."""

    @staticmethod
    def log_in(folder: str) -> HeldEventLog:
        """The log that is held open."""
        return HeldEventLog(folder)


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _: object) -> None:
    """Commit an event without waiting for the disk to have it.

    A write-ahead log stays whole all the same (SQLite's `synchronous` is NORMAL): a process that is killed loses
    nothing, a machine that loses power the last events, whose steps the next run then makes again.
    """
    connection.execute("pragma synchronous = normal")
