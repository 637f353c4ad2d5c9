"""A file that cannot be used is named with the remedy; one that is held is waited for, and by whom is said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.disk import is_disk_full
from assets.warehouse import database
from assets.warehouse.database import Warehouse
from assets.warehouse.faults import WarehouseError, WarehouseHeldError, holder
from tests.support import use_drop
from tests.warehouse.damage import UNOPENABLE, copied, flipped

HOLD = "import sys, duckdb; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "warehouse.duckdb"
    Warehouse(path).create()
    return path


@pytest.fixture
def held_by(whole: Path, tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    path = copied(whole, tmp_path / "warehouse.duckdb")
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield path, process
    process.kill()
    process.wait()


@pytest.mark.parametrize("damage", UNOPENABLE)
def test_a_file_that_cannot_be_opened_is_named_at_once_and_left_as_it_is(whole: Path, tmp_path: Path, damage: str):
    path = copied(whole, tmp_path / "warehouse.duckdb")
    harm, said = UNOPENABLE[damage]
    harm(path)
    before = {entry: entry.read_bytes() for entry in tmp_path.iterdir() if entry.is_file()}
    told: list[str] = []
    with pytest.raises(WarehouseError) as refused:
        Warehouse(path, tell=told.append).create()
    assert not isinstance(refused.value, WarehouseHeldError)
    assert str(path) in str(refused.value)
    assert said in str(refused.value)
    assert told == []
    assert {entry: entry.read_bytes() for entry in tmp_path.iterdir() if entry.is_file()} == before


def test_a_damaged_block_is_named_when_it_is_read(whole: Path, tmp_path: Path):
    path = copied(whole, tmp_path / "warehouse.duckdb")
    warehouse = Warehouse(path)
    with warehouse.connect() as connection:
        connection.execute("create table t as select hash(i) as h from range(200000) as r(i)")
    flipped(path, path.stat().st_size // 2)
    with pytest.raises(WarehouseError, match=r"is damaged \(DuckDB says: Corrupt database file: .*put a copy"):
        warehouse.read("select sum(h) from t")


def test_who_holds_the_file_is_told_once_while_it_is_waited_for(held_by: tuple[Path, subprocess.Popen[str]]):
    path, process = held_by
    told: list[str] = []
    warehouse = Warehouse(path, tell=told.append)
    with (
        pytest.raises(WarehouseHeldError, match=rf"process {process.pid} \(python.*\) holds it: wait for it or end it"),
        warehouse.connect(wait_seconds=database.LOCK_TOLD_AFTER_SECONDS * 2),
    ):
        pass
    assert len(told) == 1
    assert told[0].startswith(f"waits for process {process.pid} (python")
    assert told[0].endswith(f"which holds {path}")


def test_a_file_that_is_let_go_is_opened(held_by: tuple[Path, subprocess.Popen[str]]):
    path, process = held_by

    def end(_: str) -> None:
        process.kill()

    Warehouse(path, tell=end).create()
    use_drop(Warehouse(path), "postcodes")


def test_a_lock_is_known_by_its_words_alone():
    block = duckdb.IOException("Corrupt database file: checksum does not match in block at location 4096")
    unnamed = duckdb.IOException('Could not set lock on file "x": Resource temporarily unavailable')
    assert holder(block) is None
    assert str(holder(unnamed)) == "another process"


def test_a_full_disk_is_known_however_it_was_wrapped():
    for words in ("parquet: underlying IO error: No space left on device (os error 28)", "database or disk is full"):
        try:
            try:
                raise RuntimeError(words)
            except RuntimeError as error:
                raise ValueError("the file cannot be read: have it sent again") from error
        except ValueError as error:
            assert is_disk_full(error)
    assert not is_disk_full(ValueError("the file cannot be read"))
    assert not is_disk_full(FileNotFoundError(2, "No such file or directory"))
