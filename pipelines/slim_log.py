"""The instance's event log with nothing in it twice: what a month leaves is kept for years.

What belongs here: which parts of an event are not stored, and which go once a run has succeeded. What does not: tables
and files of the log, which are Dagster's; any of its tools reads what is written here.

Dagster writes the tags of a step's log lines, its handle and its message into each of the events, some of them twice,
and each event of a table or a check into the run's file and into that of all runs. Of checks it looks nothing up in the
latter: their outcomes stand in a table of their own, their events in the run's file. What a run's steps handed over it
looks up where another goes on from its failure.

What was told of a table, which is most of a month's history, stays in the file of all runs alone, where the asset's
page looks for it. This log puts it back into what is read of a run; where other servers of Dagster's show a run, it
stands at its assets only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluation,
    AssetCheckEvaluationPlanned,
)
from dagster._core.events import StepMaterializationData
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.base import EventLogConnection
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData, deserialize_value, serialize_value
from dagster_shared.record import copy
from sqlalchemy import delete, select, update

from pipelines.history_files import compact

PLANNED = dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
OF_CHECKS = (PLANNED.value, dg.DagsterEventType.ASSET_CHECK_EVALUATION.value)
OF_THE_WAY = (dg.DagsterEventType.STEP_OUTPUT.value, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value)
"""What each materialisation and outcome tells again: Dagster looks for what was planned and not made."""
MADE = dg.DagsterEventType.ASSET_MATERIALIZATION
OUTCOME = dg.DagsterEventType.ASSET_CHECK_EVALUATION


def slim(entry: dg.EventLogEntry) -> dg.EventLogEntry:
    """The event without what it says twice; log lines as they are.

    Dagster makes the step's handle out of the node's where an event has none.
    """
    event = entry.dagster_event
    if event is None:
        return entry
    # No step here is of another kind: a step of a dynamic output would need a handle of its own.
    kept = event._replace(logging_tags={}, step_handle=None if event.node_handle else event.step_handle)
    return entry._replace(dagster_event=kept, user_message="" if event.message else entry.user_message)


def stub(entry: dg.EventLogEntry) -> dg.EventLogEntry:
    """What a run's own file keeps of an event that stands in the file of all runs, or in the table of checks: of a
    materialisation that it was, of a check's outcome all but of which materialisation it is."""
    event = entry.dagster_event
    if event is None:
        return entry
    told = event.event_specific_data
    if isinstance(told, StepMaterializationData) and isinstance(told.materialization, dg.AssetMaterialization):
        made = told.materialization
        told = StepMaterializationData(dg.AssetMaterialization(made.asset_key, partition=made.partition))
    elif isinstance(told, AssetCheckEvaluation):
        told = copy(told, target_materialization_data=None)
    return entry._replace(dagster_event=event._replace(event_specific_data=told))


def _is_stub(entry: dg.EventLogEntry) -> bool:
    """Whether it is a materialisation of which nothing is told."""
    made = entry.asset_materialization
    return made is not None and not made.metadata


def _which(entry: dg.EventLogEntry) -> tuple[str, float]:
    """What tells a materialisation of a run from its others."""
    event = entry.dagster_event
    key = event.asset_key if event else None
    return (key.to_string() if key else "", entry.timestamp)


class SlimEventLog(SqliteEventLogStorage):
    """Dagster's event log, of slim events."""

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Store an event; where it is that a run has succeeded, remove what nobody looks up of it any more."""
        entry = slim(event)
        if event.dagster_event_type == PLANNED:
            self._store_planned(entry)
            return
        super().store_event(entry)
        if event.dagster_event_type == dg.DagsterEventType.RUN_SUCCESS:
            self._thin_out(event.run_id)

    def store_asset_check_event(self, event: dg.EventLogEntry, event_id: int | None) -> None:
        """Store a check's state without words and place in the graph, which stand in the run's own file; of one that is
        planned without all months that there are, or its row would leave most of its room empty once it is known."""
        told = event.dagster_event
        if told is None:
            super().store_asset_check_event(event, event_id)
            return
        short = told._replace(message=None, node_handle=None, step_handle=None)
        if not isinstance(planned := told.event_specific_data, AssetCheckEvaluationPlanned):
            super().store_asset_check_event(event._replace(dagster_event=short), event_id)
            return
        super().store_asset_check_event(event, event_id)
        short = short._replace(event_specific_data=copy(planned, partitions_subset=None))
        states = AssetCheckExecutionsTable.c
        of_check = states.asset_key == planned.asset_key.to_string(), states.check_name == planned.check_name
        with self.index_connection() as connection:
            connection.execute(
                update(AssetCheckExecutionsTable)
                .where(states.run_id == event.run_id, *of_check)
                .values(evaluation_event=serialize_value(event._replace(dagster_event=short)))
            )

    def _store_planned(self, entry: dg.EventLogEntry) -> None:
        """Store what a check is about to do where its state is looked up, and not in the run's own file too."""
        with self.index_connection() as connection:
            stored = connection.execute(self.prepare_insert_event(entry)).inserted_primary_key
        self.store_asset_check_event(entry, stored[0] if stored else None)

    def _thin_out(self, run_id: str) -> None:
        """Remove what was on the way, and from the file of all runs the events of the run's checks."""
        events, states = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c
        of_run = delete(SqlEventLogStorageTable).where(events.run_id == run_id)
        is_planned = states.execution_status == AssetCheckExecutionRecordStatus.PLANNED.value
        with self.index_connection() as connection:
            connection.execute(of_run.where(events.dagster_event_type.in_((*OF_CHECKS, *OF_THE_WAY))))
            connection.execute(delete(AssetCheckExecutionsTable).where(states.run_id == run_id).where(is_planned))
        with self.run_connection(run_id) as connection:
            connection.execute(of_run.where(events.dagster_event_type.in_(OF_THE_WAY)))
            told = select(events.id, events.event).where(events.dagster_event_type.in_((MADE.value, OUTCOME.value)))
            for number, text in connection.execute(told).fetchall():
                short = serialize_value(slim(stub(deserialize_value(text, dg.EventLogEntry))))
                connection.execute(update(SqlEventLogStorageTable).where(events.id == number).values(event=short))
        compact(Path(self.path_for_shard(run_id)))

    def get_records_for_run(
        self,
        run_id: str,
        cursor: str | None = None,
        of_type: dg.DagsterEventType | set[dg.DagsterEventType] | None = None,
        limit: int | None = None,
        ascending: bool = True,
    ) -> EventLogConnection:
        """As Dagster's; what a run's own file has in short is as it was told."""
        found = super().get_records_for_run(run_id, cursor, of_type, limit, ascending)
        if not any(_is_stub(record.event_log_entry) for record in found.records):
            return found
        events = SqlEventLogStorageTable.c
        of_run = select(events.event).where(events.run_id == run_id).where(events.dagster_event_type == MADE.value)
        with self.index_connection() as connection:
            texts = connection.execute(of_run).scalars().all()
        whole = {_which(entry): entry for entry in (deserialize_value(text, dg.EventLogEntry) for text in texts)}
        records = [
            record._replace(event_log_entry=whole.get(_which(record.event_log_entry), record.event_log_entry))
            if _is_stub(record.event_log_entry)
            else record
            for record in found.records
        ]
        return found._replace(records=records)


class SlimSqliteStorage(DagsterSqliteStorage):
    """Dagster's storage, but for the event log."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        dagsters = super().event_log_storage
        assert isinstance(dagsters, SqliteEventLogStorage)
        self._log = self.log_in(str(Path(dagsters.path_for_shard(INDEX_SHARD_NAME)).parent))

    @staticmethod
    def log_in(folder: str) -> SlimEventLog:
        """The log whose files are in a folder."""
        return SlimEventLog(folder)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> SlimSqliteStorage:
        """As Dagster's, which would make its own class."""
        return cls.from_local(inst_data=inst_data, **config_value)

    @property
    def event_log_storage(self) -> SlimEventLog:
        """The log of slim events."""
        return self._log

    def register_instance(self, instance: dg.DagsterInstance) -> None:
        """Tell the storages whose they are."""
        super().register_instance(instance)
        if not self._log.has_instance:
            self._log.register_instance(instance)


def instance_with(home: Path, storage: type[SlimSqliteStorage]) -> dg.DagsterInstance:
    """The instance of a DAGSTER_HOME with a storage in place of Dagster's own, in every process that it starts too.

    One that keeps its log elsewhere (PostgreSQL) is as Dagster makes it.
    """
    ref = InstanceRef.from_dir(str(home))
    stored = ref.storage_data
    if stored is not None and stored.class_name == DagsterSqliteStorage.__name__:
        own = ConfigurableClassData(storage.__module__, storage.__name__, stored.config_yaml)
        ref = ref._replace(storage_data=own)
    return dg.DagsterInstance.from_ref(ref)
