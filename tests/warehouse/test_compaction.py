"""The warehouse is written anew: smaller, with everything in it, whatever ends the process."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.disk import DiskFullError
from assets.warehouse import compaction
from assets.warehouse.compaction import compact, space_of
from assets.warehouse.database import Replacement, Warehouse, replace
from assets.warehouse.faults import WarehouseHeldError
from assets.warehouse.litter import delete_left_beside
from tests.support import MONTH
from tests.warehouse.killing import contents, killed, seconds_of, what_is_wrong

TABLE = "network.edges"
READ = f"""
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print("on", flush=True)
    sys.stdin.read()
    print(connection.execute("select count(*) from {TABLE}").fetchall()[0][0])
"""
ROWS = 200_000
REMADE = 5


def edges(seed: int) -> pl.DataFrame:
    """Rows that do not pack well: a digest of each number is a name."""
    number = pl.int_range(ROWS, eager=True)
    return pl.DataFrame(
        {
            "organisation_a": number.hash(seed).cast(pl.String),
            "organisation_b": number.hash(seed + 1).cast(pl.String),
            "weight": number.hash(seed).cast(pl.Float64),
            "joint_projects": number % 5,
        }
    )


def make_month(warehouse: Warehouse, seed: int = 1) -> None:
    with warehouse.transaction() as connection:
        replace(connection, [Replacement(TABLE, {"month": MONTH.first_day}, edges(seed))])


@pytest.fixture(scope="module")
def loose(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of which a month was made again and again."""
    path = Path(shutil.copy(empty_file, tmp_path_factory.mktemp("loose") / "warehouse.duckdb"))
    for seed in range(REMADE):
        make_month(Warehouse(path, threads=1), seed)
    return path


@pytest.fixture
def warehouse(loose: Path, tmp_path: Path) -> Warehouse:
    return Warehouse(shutil.copy(loose, tmp_path / "warehouse.duckdb"), threads=1)


def test_a_month_that_is_made_again_takes_no_more_room_than_once(
    warehouse: Warehouse, empty_file: Path, tmp_path: Path
):
    once = Warehouse(shutil.copy(empty_file, tmp_path / "once.duckdb"), threads=1)
    make_month(once)
    before = contents(warehouse.path)
    warehouse.path.chmod(0o640)
    was, now = compact(warehouse, 0)
    assert (was, now) == (was, warehouse.path.stat().st_size)
    assert now < was
    assert now < 1.3 * once.path.stat().st_size
    assert what_is_wrong(warehouse.path, before) is None
    assert warehouse.path.stat().st_mode & 0o777 == 0o640
    assert {path.name for path in tmp_path.iterdir()} == {"warehouse.duckdb", "once.duckdb"}
    make_month(warehouse, 9)
    assert contents(warehouse.path)[TABLE][0] == ROWS


def test_what_is_free_is_known(warehouse: Warehouse):
    space = space_of(warehouse)
    assert 0.2 < space.free_share < 1
    compact(warehouse, 0)
    assert space_of(warehouse).free_share < 0.05


def test_a_disk_without_room_is_said_before_anything_is_done(warehouse: Warehouse):
    before = warehouse.path.read_bytes()
    with pytest.raises(DiskFullError, match="while the warehouse was written anew, which needs"):
        compact(warehouse, shutil.disk_usage(warehouse.path).total)
    assert warehouse.path.read_bytes() == before


def _compact(path: Path, ready: Connection) -> None:
    ready.send(None)
    compact(Warehouse(path, threads=1), 0)


def test_a_kill_at_any_moment_leaves_a_whole_file(loose: Path, tmp_path: Path):
    path = tmp_path / "warehouse.duckdb"

    def attempt(killed_after: float | None = None) -> float | None:
        shutil.copy(loose, path)
        return killed(_compact, (path,), killed_after)

    before, seconds = contents(loose), seconds_of(attempt)
    for moment in (0.05, 0.3, 0.6, 0.8, 0.9, 0.97):
        attempt(seconds * moment)
        assert contents(path) == before, moment
        delete_left_beside(path)
        assert [*tmp_path.iterdir()] == [path], moment


@pytest.fixture
def after_the_copy(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What others do once the copy is made, and before it takes the name."""
    todo: list[Callable[[], None]] = []
    copy = compaction._copy

    def then(*given: Any) -> None:
        copy(*given)
        for do in todo:
            do()

    monkeypatch.setattr(compaction, "_copy", then)
    return todo


def test_what_was_written_meanwhile_is_not_lost(warehouse: Warehouse, after_the_copy: list[Callable[[], None]]):
    after_the_copy.append(lambda: make_month(warehouse, 77))
    with pytest.raises(WarehouseHeldError, match="was written meanwhile: it is written anew another time"):
        compact(warehouse, 0)
    assert warehouse.read(f"select min(weight) from {TABLE}").item() == edges(77)["weight"].min()
    assert [*warehouse.path.parent.iterdir()] == [warehouse.path]


def test_one_who_reads_is_not_disturbed(warehouse: Warehouse, after_the_copy: list[Callable[[], None]]):
    readers: list[subprocess.Popen[str]] = []

    def read() -> None:
        command = [sys.executable, "-c", READ, str(warehouse.path)]
        readers.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        assert readers[0].stdout is not None
        assert readers[0].stdout.readline() == "on\n"

    after_the_copy.append(read)
    before = contents(warehouse.path)
    try:
        with pytest.raises(WarehouseHeldError, match="in use by another process"):
            compact(warehouse, 0, wait_seconds=0.3)
    finally:
        assert readers[0].communicate(timeout=60)[0] == f"{ROWS}\n"
    assert contents(warehouse.path) == before
