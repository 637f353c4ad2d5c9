"""An event log that is held open: Dagster's own storage reads the same from it, and other storages are left alone."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage

from pipelines.held_storage import HeldEventLog, instance_of
from pipelines.slim_log import MADE, OUTCOME, stub


@dg.asset(check_specs=[dg.AssetCheckSpec("is_one", asset="number")])
def number() -> dg.MaterializeResult:
    """One."""
    return dg.MaterializeResult(metadata={"value": 1}, check_results=[dg.AssetCheckResult(passed=True)])


def is_told_elsewhere(entry: dg.EventLogEntry) -> bool:
    return entry.dagster_event_type in (MADE, OUTCOME)


@pytest.mark.parametrize("settings", ["", "storage: {{sqlite: {{base_dir: {folder}/elsewhere}}}}"])
def test_dagsters_own_storage_reads_what_was_written(settings: str, tmp_path: Path):
    (tmp_path / "dagster.yaml").write_text(settings.format(folder=tmp_path))
    with instance_of(tmp_path) as held:
        assert isinstance(held.event_log_storage, HeldEventLog)
        first, second = (dg.materialize([number], instance=held) for _ in range(2))
        written = {run.run_id: held.all_logs(run.run_id) for run in (first, second)}
    # What was told of a table stands at the asset; the run's own file keeps that it was made.
    in_files = {
        run_id: [stub(entry) if is_told_elsewhere(entry) else entry for entry in log] for run_id, log in written.items()
    }
    assert (tmp_path / "elsewhere").is_dir() == bool(settings)
    with dg.DagsterInstance.from_config(str(tmp_path)) as own:
        assert not isinstance(own.event_log_storage, HeldEventLog)
        assert {run_id: own.all_logs(run_id) for run_id in written} == in_files
        record = own.get_latest_materialization_event(dg.AssetKey("number"))
        assert record.run_id == second.run_id and record.asset_materialization.metadata["value"].value == 1
        checked = own.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey("number"), "is_one"), limit=5
        )
        assert [execution.run_id for execution in checked] == [second.run_id, first.run_id]


def test_an_event_is_written_ahead_and_not_waited_for(tmp_path: Path):
    (tmp_path / "dagster.yaml").write_text("")
    normal = 1
    with instance_of(tmp_path) as held:
        log = held.event_log_storage
        assert isinstance(log, HeldEventLog)
        result = dg.materialize([number], instance=held)
        for opened in (log.run_connection(result.run_id), log.index_connection()):
            with opened as connection:
                # Only a write-ahead log stays whole where the disk is not waited for.
                assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
                assert connection.exec_driver_sql("pragma synchronous").scalar() == normal


def test_another_storage_is_left_as_it_is(tmp_path: Path):
    (tmp_path / "dagster.yaml").write_text(
        "event_log_storage:\n"
        "  module: dagster._core.storage.event_log\n"
        "  class: ConsolidatedSqliteEventLogStorage\n"
        f"  config: {{base_dir: {tmp_path}/log}}\n"
    )
    with instance_of(tmp_path) as instance:
        assert isinstance(instance.event_log_storage, ConsolidatedSqliteEventLogStorage)
        assert dg.materialize([number], instance=instance).success
