"""What `doctor` sees of what is stored, and what other commands say of a warehouse that they cannot use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.publication.folder import MAKING as MAKING_RELEASE
from assets.publication.folder import RELEASES
from assets.scratch import ALIVE, scratch_folder
from assets.warehouse.database import Warehouse
from assets.warehouse.faults import log_of
from assets.warehouse.litter import STEP, spill_folder
from assets.warehouse.schema import statements_of_tables
from pipelines.cli import app
from pipelines.commands.telling import console
from pipelines.held_storage import instance_of
from tests.support import use_drop
from tests.warehouse.damage import BLOCK_BYTES, FIRST_BLOCK, UNOPENABLE, copied, flipped

READ = "import sys, duckdb; on = duckdb.connect(sys.argv[1], read_only=True); print('on', flush=True); sys.stdin.read()"
READERS = (
    ["query", "select 1 from sources.drops"],
    ["rankings"],
    ["place", "--name", "Leeds"],
    ["publish", "--month", "2025-05"],
    ["doctor"],
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "warehouse.duckdb"
    warehouse = Warehouse(path)
    warehouse.create()
    use_drop(warehouse, "postcodes")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the settings' usual names in it, and nothing else."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sources").mkdir()
    return tmp_path


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "width", 400)


def call(*words: str) -> Result:
    return CliRunner().invoke(app, [*words])


def rows(shown: Result, what: str) -> list[str]:
    """The verdict and finding of each row of the doctor's table about something."""
    cells = [[cell.strip() for cell in line.split("│")] for line in shown.output.splitlines() if "│" in line]
    return [f"{cell[1]}: {cell[3]}" for cell in cells if cell[2] == what]


@pytest.mark.parametrize("damage", ["a damaged header", "cut to 8192 bytes", "a folder"])
@pytest.mark.parametrize("command", READERS, ids=lambda command: command[0])
def test_a_file_that_cannot_be_opened_is_named_with_the_remedy(
    whole: Path, folder: Path, damage: str, command: list[str]
):
    harm, said = UNOPENABLE[damage]
    harm(copied(whole, folder / "warehouse.duckdb"))
    refused = call(*command)
    assert refused.exit_code == 1
    assert isinstance(refused.exception, SystemExit)
    assert f"warehouse.duckdb {said}" in refused.output


def test_a_run_on_a_file_that_cannot_be_opened_ends_with_the_remedy(whole: Path, folder: Path):
    harm, said = UNOPENABLE["a damaged header"]
    path = copied(whole, folder / "warehouse.duckdb")
    harm(path)
    refused = call("refresh", "--month", "2025-05", "--select", "sources")
    assert refused.exit_code == 1
    assert f"sources.ingest: {path} {said}" in refused.output
    assert "Traceback" not in refused.output


@pytest.mark.parametrize("block", range(4))
def test_a_damaged_block_is_seen(whole: Path, folder: Path, block: int):
    path = copied(whole, folder / "warehouse.duckdb")
    with Warehouse(path).connect() as connection:
        connection.execute(
            "insert into ledger.made_from "
            "select '2025-05-01', 't' || hash(i), md5(i::varchar), i from range(30000) as r(i)"
        )
    # A block that holds nothing may be damaged unseen: these hold rows.
    with Warehouse(path).connect(read_only=True) as connection:
        used = connection.execute(
            "select distinct block_id from pragma_storage_info('ledger.made_from') where block_id >= 0 order by all"
        ).fetchall()
    intact = call("doctor")
    assert rows(intact, "blocks") == [f"ok: every row of {len(statements_of_tables())} tables can be read"]
    flipped(path, FIRST_BLOCK + used[block][0] * BLOCK_BYTES + BLOCK_BYTES // 3)
    shown = call("doctor")
    quick = call("doctor", "--quick")
    damaged = [*rows(shown, "blocks"), *rows(shown, "warehouse")]
    assert shown.exit_code == 1
    assert len(damaged) == 1
    assert damaged[0].startswith("bad: ")
    assert "is damaged (DuckDB says: Corrupt database file" in damaged[0]
    assert "put a copy of it in its place" in damaged[0]
    assert rows(quick, "blocks") == []


def test_a_log_whose_file_is_gone_is_seen(folder: Path):
    log_of(folder / "warehouse.duckdb").write_bytes(b"rows")
    assert "put back the file that the log belongs to" in rows(call("doctor"), "warehouse")[0]


@pytest.mark.parametrize("name", ["history/runs.db", "history/runs/index.db", "schedules/schedules.db"])
def test_a_damaged_history_is_seen(folder: Path, name: str):
    home = folder / "dagster_home"
    home.mkdir()
    with instance_of(home) as instance:
        instance.get_runs()
        instance.event_log_storage.get_concurrency_info("warehouse")
        instance.all_instigator_state()
    assert rows(call("doctor"), "history") == [f"ok: {home}: 3 files are whole"]
    file = home / name
    assert file.is_file()
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 8192)
    shown = call("doctor")
    assert shown.exit_code == 1
    found = rows(shown, "history")
    assert len(found) == 1
    assert found[0].startswith(f"bad: {file} is damaged (")
    assert f"or move {home / name.split('/', maxsplit=1)[0]} away" in found[0]


def test_a_home_that_is_a_file_is_seen(folder: Path):
    (folder / "dagster_home").write_text("a note")
    assert "dagster_home is a file: move it away" in rows(call("doctor"), "history")[0]


def test_litter_is_seen_and_goes_at_the_next_start(whole: Path, folder: Path):
    path = copied(whole, folder / "warehouse.duckdb")
    dead = [folder / f"{STEP}deadone1", folder / "publication" / RELEASES / f"{MAKING_RELEASE}deadone2"]
    for left in dead:
        left.mkdir(parents=True)
        (left / ALIVE).touch()
        (left / "texts").write_text("a text")
    older = folder / f"{STEP}olderone"
    older.mkdir()
    (older / "texts").write_text("a text")
    spill_folder(path).mkdir()
    (spill_folder(path) / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"rows" * 500_000)
    with scratch_folder(folder, STEP) as living:
        found = rows(call("doctor"), "litter")
        assert found == [
            f"note: {dead[0].relative_to(folder)} is of a process that is gone; it goes at the next refresh",
            f"note: {older.relative_to(folder)} does not show whose it is: delete it unless you need it",
            f"note: {dead[1].relative_to(folder)} is of a process that is gone; it goes at the next refresh",
            "note: warehouse.duckdb.tmp holds 2 MB that DuckDB put aside; it goes at the next refresh that finds the "
            "warehouse free",
        ]
        Warehouse(path).create()
        assert living.is_dir()
    assert not dead[0].exists()
    assert older.is_dir()
    assert [*spill_folder(path).glob("*")] == []


def test_what_a_reader_spills_now_stays(whole: Path, folder: Path):
    path = copied(whole, folder / "warehouse.duckdb")
    with subprocess.Popen(
        [sys.executable, "-c", READ, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        spill_folder(path).mkdir()
        spilled = spill_folder(path) / "duckdb_temp_storage_DEFAULT-0.tmp"
        spilled.write_bytes(b"rows")
        Warehouse(path).create()
        assert spilled.exists()
        reader.kill()
    Warehouse(path).create()
    assert not spilled.exists()
