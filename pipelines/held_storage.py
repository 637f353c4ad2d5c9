"""The instance's event log, held open by a run from this process.

What belongs here: how long a file of the log stays open. What does not: any event, table or file of the log; those are
Dagster's, and its webserver and daemon read what is written here with a storage of their own.

For each event Dagster opens a SQLite file anew several times, with an engine that has no statement compiled yet. A
refresh has a thousand events: where the rows are there already, that is two fifths of its time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine


def instance_of(home: Path) -> dg.DagsterInstance:
    """The instance of a DAGSTER_HOME, its event log held open until the instance is disposed of.

    One that keeps its log elsewhere (PostgreSQL) is as Dagster makes it.
    """
    ref = InstanceRef.from_dir(str(home))
    stored = ref.storage_data
    if stored is not None and stored.class_name == DagsterSqliteStorage.__name__:
        held = ConfigurableClassData(__name__, HeldSqliteStorage.__name__, stored.config_yaml)
        ref = ref._replace(storage_data=held)
    return dg.DagsterInstance.from_ref(ref)


class HeldSqliteStorage(DagsterSqliteStorage):
    """Dagster's storage, but for the event log."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = HeldEventLog(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> HeldSqliteStorage:
        """As Dagster's, which would make its own class."""
        return cls.from_local(inst_data=inst_data, **config_value)


class HeldEventLog(SqliteEventLogStorage):
    """Dagster's event log, with one engine for each of its files, which keeps its connection."""

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir)

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._engines[shard] = create_engine(
                self.conn_string_for_shard(shard), connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
            )
        return self._engines[shard]

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; asked for each check's outcome."""
        engine = self._engine(INDEX_SHARD_NAME)
        with engine.connect() as connection:
            return engine.dialect.has_table(connection, table_name)

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        for engine in self._engines.values():
            engine.dispose()
