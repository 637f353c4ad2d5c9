"""Old runs go, and so does the disk that they took: a real instance, its real files."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from pipelines.held_storage import instance_of
from pipelines.history_files import compact, shared_files
from pipelines.maintenance import prune_history

RUNS = 12


@dg.asset
def wordy(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """An asset whose run has much to say."""
    print("said on the screen")
    for _ in range(30):
        context.log.info("x" * 2000)
    return dg.MaterializeResult(metadata={"text": dg.MetadataValue.md("y" * 20000)})


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    with instance_of(tmp_path) as made:
        yield made


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def prune(instance: dg.DagsterInstance, keep_days: int) -> dg.ExecuteInProcessResult:
    settings = {"ops": {"delete_old_runs": {"config": {"keep_days": keep_days}}}}
    return prune_history.execute_in_process(instance=instance, run_config=settings)


def test_the_disk_of_old_runs_is_given_back(instance: dg.DagsterInstance, tmp_path: Path):
    run_ids = [dg.materialize([wordy], instance=instance).run_id for _ in range(RUNS)]
    by_hand = run_ids.pop()
    instance.delete_run(by_hand)
    for path in shared_files(instance):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
    before = bytes_in(tmp_path)
    assert prune(instance, 400).output_for_node("delete_old_runs") == 0
    assert all(instance.has_run(run_id) for run_id in run_ids)
    assert [*tmp_path.rglob(f"*{by_hand}*")] == [], "what a deleted run left is gone, too"
    pruned = prune(instance, 0)
    # The run that prunes is under way, and stays.
    assert pruned.output_for_node("delete_old_runs") == len(run_ids) + 1
    assert {path.name for run_id in run_ids for path in tmp_path.rglob(f"*{run_id}*")} == set()
    assert instance.has_run(pruned.run_id)
    assert [*tmp_path.rglob(f"{pruned.run_id}.db")]
    assert len(shared_files(instance)) == 3
    assert bytes_in(tmp_path) < before / 3
    again = dg.materialize([wordy], instance=instance)
    assert again.success
    assert instance.get_latest_materialization_event(dg.AssetKey("wordy")).run_id == again.run_id


def test_a_file_in_use_is_left_for_another_time(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pipelines.history_files.LOCK_WAIT_SECONDS", 0.1)
    (path, *_) = shared_files(instance)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        assert compact(path) is None
        other.execute("rollback")
    assert compact(path) is not None
