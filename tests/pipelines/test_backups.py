"""A backup is whole or not there, says what it holds, and is put back: real files, real processes, kills in between."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.warehouse.database import Warehouse
from assets.warehouse.faults import log_of
from assets.warehouse.litter import delete_left_beside
from assets.warehouse.versions import latest_version
from pipelines import backups, cli
from pipelines.backups import backups_in, is_backed_up, newest_backup, take_backup
from pipelines.commands import telling
from pipelines.held_storage import instance_of
from pipelines.restoring import restore
from pipelines.settings import Settings
from pipelines.upkeep_jobs import upkeep_jobs, upkeep_schedules
from tests.support import copy_home, use_drop
from tests.warehouse.killing import contents, killed, seconds_of
from tests.warehouse.test_creation import log_of_a_killed_process


@dg.asset
def something() -> None:
    """So that there is a history."""


@pytest.fixture(scope="module")
def made(empty_file: Path, empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a warehouse and a history of one run."""
    folder = tmp_path_factory.mktemp("made")
    use_drop(Warehouse(shutil.copy(empty_file, folder / "warehouse.duckdb"), threads=1), "postcodes")
    with instance_of(copy_home(empty_home, folder / "dagster_home")) as instance:
        dg.materialize([something], instance=instance)
    for path in folder.rglob("*.db"):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
    return folder


@pytest.fixture
def world(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setattr(telling.console, "width", 400)
    monkeypatch.setattr(telling.errors, "width", 400)
    shutil.copy(made / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    copy_home(made / "dagster_home", tmp_path / "dagster_home")
    return tmp_path


@pytest.fixture(scope="module")
def backup(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    return take_backup(settings_in(made), tmp_path_factory.mktemp("backups"))


def settings_in(folder: Path) -> Settings:
    return Settings(warehouse=str(folder / "warehouse.duckdb"), threads=1)


def call(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.app, [*words, "--warehouse", str(folder / "warehouse.duckdb")])


def runs_in(home: Path) -> int:
    with instance_of(home) as instance:
        return len(instance.get_runs())


def test_a_lost_warehouse_and_history_are_put_back(world: Path):
    before = contents(world / "warehouse.duckdb")
    taken = call(world, "backup", "--to", str(world / "backups"))
    assert taken.exit_code == 0, taken.output
    folder = newest_backup(world / "backups")
    assert f"the backup is in {folder}" in taken.output
    (world / "warehouse.duckdb").unlink()
    shutil.rmtree(world / "dagster_home")
    back = call(world, "restore", "--from", str(world / "backups"))
    assert back.exit_code == 0, back.output
    assert "months 2025-05" in back.output
    assert contents(world / "warehouse.duckdb") == before
    assert runs_in(world / "dagster_home") == 1
    assert {path.name for path in world.iterdir()} == {"warehouse.duckdb", "dagster_home", "backups"}


def test_a_backup_says_what_it_holds(backup: Path, made: Path):
    manifest = json.loads((backup / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["months"] == ["2025-05"]
    assert manifest["schema_version"] == latest_version()
    assert set(manifest["software"]) == {"innovation-clusters", "duckdb", "dagster"}
    rows = {name: rows for name, (rows, _) in contents(made / "warehouse.duckdb").items()}
    assert {name: table["rows"] for name, table in manifest["tables"].items()} == rows
    files = {path.relative_to(backup).as_posix() for path in backup.rglob("*") if path.is_file()}
    assert {file["path"] for file in manifest["files"]} == files - {"manifest.json"}
    assert {"warehouse.duckdb", "dagster_home/dagster.yaml", "dagster_home/history/runs.db"} < files


def test_what_is_there_is_never_replaced_unasked_and_moved_aside_where_asked(world: Path, backup: Path):
    path = world / "warehouse.duckdb"
    use_drop(Warehouse(path, threads=1), "postcodes", "places")
    newer = contents(path)
    refused = call(world, "restore", "--from", str(backup))
    assert refused.exit_code == 1
    assert f"there is a warehouse at {path}: with --replace it is moved aside" in refused.stderr
    assert contents(path) == newer
    replaced = call(world, "restore", "--from", str(backup), "--replace")
    assert replaced.exit_code == 0, replaced.output
    (aside,) = world.glob("warehouse.duckdb.before-restore-*")
    assert contents(aside) == newer
    assert Warehouse(path).read("select dataset from sources.drops")["dataset"].to_list() == ["postcodes"]
    assert len([*world.glob("dagster_home.before-restore-*")]) == 1
    assert runs_in(world / "dagster_home") == 1


def test_a_history_that_is_there_stays_where_the_warehouse_alone_was_lost(world: Path, backup: Path):
    (world / "warehouse.duckdb").unlink()
    kept = world / "dagster_home" / "mine"
    kept.touch()
    assert "stays as it is" in call(world, "restore", "--from", str(backup)).output
    assert kept.exists()


def test_the_log_of_a_lost_warehouse_is_not_taken_for_that_of_the_backup(world: Path, backup: Path):
    path = world / "warehouse.duckdb"
    before = contents(path)
    path.unlink()
    log_of(path).write_bytes(b"of another file")
    assert call(world, "restore", "--from", str(backup)).exit_code == 0
    assert contents(path) == before
    assert not log_of(path).exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("warehouse.duckdb", "is not the file that was backed up"),
        ("dagster_home/history/runs.db", "is not the file that was backed up"),
        ("manifest.json", "cannot be read"),
    ],
)
def test_a_damaged_backup_is_not_put_back(world: Path, backup: Path, name: str, told: str):
    damaged = Path(shutil.copytree(backup, world / "damaged"))
    with (damaged / name).open("r+b") as file:
        file.seek(40_000 if name == "warehouse.duckdb" else 10)
        file.write(b"xxxx")
    (world / "warehouse.duckdb").unlink()
    result = call(world, "restore", "--from", str(damaged))
    assert result.exit_code == 1
    assert f"{damaged / name} {told}" in result.stderr
    assert not (world / "warehouse.duckdb").exists()


def test_other_rows_than_the_manifests_are_not_put_back(world: Path, backup: Path):
    other = Path(shutil.copytree(backup, world / "other"))
    text = (other / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    manifest["tables"]["sources.drops"]["rows"] += 1
    (other / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (world / "warehouse.duckdb").unlink()
    result = call(world, "restore", "--from", str(other))
    assert result.exit_code == 1
    assert "has other rows than were backed up in sources.drops" in result.stderr
    assert not (world / "warehouse.duckdb").exists()


def test_what_is_no_backup_is_said(world: Path):
    (world / "warehouse.duckdb").unlink()
    assert f"there is no backup in {world}" in call(world, "restore", "--from", str(world)).stderr
    assert "no warehouse at" in call(world, "backup", "--to", str(world / "backups")).stderr


def test_a_log_that_a_killed_process_left_is_in_the_backup(world: Path):
    path = world / "warehouse.duckdb"
    log_of_a_killed_process(path, "insert into sources.drops select * replace ('places' as dataset) from sources.drops")
    assert log_of(path).exists()
    folder = take_backup(settings_in(world), world / "backups")
    assert Warehouse(folder / "warehouse.duckdb").read("from sources.drops").height == 2
    assert not log_of(folder / "warehouse.duckdb").exists()


def test_a_backup_is_taken_while_runs_go_on(world: Path):
    done = threading.Event()

    def run() -> None:
        with instance_of(world / "dagster_home") as instance:
            while not done.is_set():
                dg.materialize([something], instance=instance)

    runs = threading.Thread(target=run)
    runs.start()
    try:
        folder = take_backup(settings_in(world), world / "backups")
    finally:
        done.set()
        runs.join()
    assert runs_in(folder / "dagster_home") >= 1


def _back_up(folder: Path, ready: Connection) -> None:
    ready.send(None)
    take_backup(settings_in(folder), folder / "backups")


def _restore(folder: Path, backup: Path, ready: Connection) -> None:
    ready.send(None)
    for _ in restore(settings_in(folder), backup, replace=True):
        """It goes on."""


def test_a_killed_backup_is_not_there_and_the_next_one_clears_up(world: Path):
    seconds = seconds_of(lambda: killed(_back_up, (world,), None))
    before = contents(world / "warehouse.duckdb")
    for moment in (0.2, 0.5, 0.8, 0.95):
        killed(_back_up, (world,), seconds * moment)
        for folder in backups_in(world / "backups"):
            backups.read_manifest(folder)
            assert contents(folder / "warehouse.duckdb") == before
    folder = take_backup(settings_in(world), world / "backups", keep=1)
    assert [*(world / "backups").iterdir()] == [folder]
    assert contents(world / "warehouse.duckdb") == before


def test_a_kill_of_a_restore_leaves_the_old_warehouse_or_the_new(world: Path, backup: Path):
    path = world / "warehouse.duckdb"
    use_drop(Warehouse(path, threads=1), "postcodes", "places")
    old, new = contents(path), contents(backup / "warehouse.duckdb")
    shutil.copytree(world, world / "copy")
    seconds = seconds_of(lambda: killed(_restore, (world / "copy", backup), None))
    for moment in (0.3, 0.6, 0.8, 0.9, 0.97):
        killed(_restore, (world, backup), seconds * moment)
        assert contents(path) in (old, new)
    list(restore(settings_in(world), backup, replace=True))
    delete_left_beside(path)
    assert contents(path) == new
    assert runs_in(world / "dagster_home") == 1
    assert any(contents(aside) == old for aside in world.glob("warehouse.duckdb.before-restore-*"))


def schedule_of(settings: Settings) -> Iterator[dg.ScheduleDefinition]:
    yield from (schedule for schedule in upkeep_schedules(settings) if schedule.name == "backup")


def test_the_schedule_backs_up_what_was_written_where_the_setting_says(world: Path):
    (off,) = schedule_of(settings_in(world))
    assert off.default_status == dg.DefaultScheduleStatus.STOPPED
    settings = Settings(warehouse=str(world / "warehouse.duckdb"), threads=1, backup=str(world / "kept"), backup_keep=2)
    (on,) = schedule_of(settings)
    assert on.default_status == dg.DefaultScheduleStatus.RUNNING
    assert on.evaluate_tick(dg.build_schedule_context()).run_requests
    job = next(job for job in upkeep_jobs(settings) if job.name == "backup")
    assert job.execute_in_process().success
    assert len(backups_in(world / "kept")) == 1
    assert is_backed_up(settings, world / "kept")
    assert "not written since" in (on.evaluate_tick(dg.build_schedule_context()).skip_message or "")
    use_drop(Warehouse(settings.warehouse, threads=1), "places")
    assert not is_backed_up(settings, world / "kept")


def test_a_backup_that_fails_is_a_run_that_fails(world: Path):
    (world / "file").touch()
    settings = Settings(warehouse=str(world / "warehouse.duckdb"), threads=1, backup=str(world / "file"))
    job = next(job for job in upkeep_jobs(settings) if job.name == "backup")
    result = job.execute_in_process(raise_on_error=False)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "no backup was taken" in str(failure.step_failure_data.user_failure_data.description)
