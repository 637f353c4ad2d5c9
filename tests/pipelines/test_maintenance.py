"""Old runs go, and so does the disk that they took: a real instance, its real files."""

import io
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from PIL import Image

from assets.warehouse.kept_pictures import folder_in, keep, named_in
from pipelines.held_storage import instance_of
from pipelines.history_files import compact, shared_files
from pipelines.maintenance import prune_history

RUNS = 12
MONTHS = dg.StaticPartitionsDefinition(["2025-04", "2025-05", "2025-06"])
FAILS = "fails"
"""Tag of a run whose asset fails."""


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
    # The run that prunes is under way, and stays; so does the last that made the asset.
    last = run_ids.pop()
    assert pruned.output_for_node("delete_old_runs") == len(run_ids) + 1
    assert instance.has_run(last)
    assert {path.name for run_id in run_ids for path in tmp_path.rglob(f"*{run_id}*")} == set()
    assert instance.has_run(pruned.run_id)
    assert [*tmp_path.rglob(f"{pruned.run_id}.db")]
    assert len(shared_files(instance)) == 3
    assert bytes_in(tmp_path) < before / 3
    again = dg.materialize([wordy], instance=instance)
    assert again.success
    assert instance.get_latest_materialization_event(dg.AssetKey("wordy")).run_id == again.run_id


@dg.asset(partitions_def=MONTHS, check_specs=[dg.AssetCheckSpec("holds", asset="monthly", partitions_def=MONTHS)])
def monthly(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """An asset of a month, with a picture."""
    if context.run.tags.get(FAILS) == "true":
        raise dg.Failure("as it was told")
    address = keep(folder_in(context.instance.storage_directory()), picture(context.run_id))
    return dg.MaterializeResult(
        metadata={"map": dg.MetadataValue.md(f"![map]({address})")},
        check_results=[dg.AssetCheckResult(passed=context.partition_key != "2025-04")],
    )


def picture(seed: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), f"#{seed[:6]}").save(written, "PNG")
    return written.getvalue()


def make(instance: dg.DagsterInstance, month: str, fails: bool = False) -> str:
    tags = {FAILS: "true"} if fails else {}
    return dg.materialize([monthly], instance=instance, partition_key=month, raise_on_error=False, tags=tags).run_id


def states(instance: dg.DagsterInstance) -> tuple[object, ...]:
    """What the UI shows of each month: made or not, tried since, what its check said."""
    log, key = instance.event_log_storage, dg.AssetKey("monthly")
    checks = log.get_asset_check_execution_history(dg.AssetCheckKey(key, "holds"), limit=99)
    newest = {check.partition: check.status.value for check in reversed(checks)}
    return (
        log.get_materialized_partitions(key),
        log.get_latest_asset_partition_materialization_attempts_without_materializations(key),
        newest,
    )


def test_no_month_loses_its_state(instance: dg.DagsterInstance):
    replaced = [make(instance, month) for month in ("2025-04", "2025-05")]
    last = [make(instance, month) for month in ("2025-04", "2025-05")]
    tried = [make(instance, month, fails=True) for month in ("2025-05", "2025-06")]
    pictures = folder_in(instance.storage_directory())
    for path in pictures.iterdir():
        os.utime(path, (0, 0))
    before = states(instance)
    assert before[0] == {"2025-04", "2025-05"}
    assert set(before[1]) == {"2025-05", "2025-06"}
    assert prune(instance, 0).output_for_node("delete_old_runs") == len(replaced)
    assert states(instance) == before
    assert [run_id for run_id in (*replaced, *last, *tried) if instance.has_run(run_id)] == [*last, *tried]
    shown = [instance.get_latest_materialization_event(dg.AssetKey("monthly"))]
    assert len([*pictures.iterdir()]) == len(last)
    (name,) = named_in(shown[0].asset_materialization.metadata["map"].md_str)
    assert (pictures / name).is_file()


def test_a_file_in_use_is_left_for_another_time(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pipelines.history_files.LOCK_WAIT_SECONDS", 0.1)
    (path, *_) = shared_files(instance)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        assert compact(path) is None
        other.execute("rollback")
    assert compact(path) is not None
