"""A full disk is said to be full, and leaves a warehouse that opens, with what was there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from assets.disk import DiskFullError
from assets.sources.steps import ingest_step
from assets.warehouse.database import Warehouse
from assets.warehouse.schema import table_names
from synthetic_uk import synthesise
from tests.small_disk import NEEDS, can_mount, free, leave_free, small_disk
from tests.support import MONTH, fill_frame, make, use_drop
from tests.warehouse.killing import contents, what_is_wrong

pytestmark = pytest.mark.skipif(not can_mount(), reason=NEEDS)
SAID = r"^the disk of \S+/disk is full: 0\.\d MB are free\. What was there before stays, and no drop"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 24) as folder:
        yield folder


@pytest.mark.parametrize("size", [0, 16_000, 300_000])
def test_a_warehouse_that_cannot_be_made_is_made_when_there_is_room(disk: Path, size: int):
    path = disk / "warehouse.duckdb"
    leave_free(disk, size)
    with pytest.raises(DiskFullError, match=SAID):
        Warehouse(path).create()
    free(disk)
    assert [*disk.iterdir()] == []
    Warehouse(path).create()
    assert what_is_wrong(path, {}) is None


def test_tables_that_cannot_be_added_are_added_when_there_is_room(disk: Path):
    path = disk / "warehouse.duckdb"
    warehouse = Warehouse(path)
    warehouse.create()
    use_drop(warehouse, "postcodes")
    with warehouse.connect() as connection:
        for table in sorted(table_names())[:20]:
            connection.execute(f"drop table {table}")
    before = contents(path)
    leave_free(disk, 0)
    with pytest.raises(DiskFullError, match=SAID):
        warehouse.create()
    free(disk)
    warehouse.create()
    assert what_is_wrong(path, before) is None


@pytest.mark.parametrize("size", [0, 300_000])
def test_rows_that_cannot_be_written_leave_the_earlier_ones(disk: Path, size: int):
    path = disk / "warehouse.duckdb"
    warehouse = Warehouse(path)
    warehouse.create()
    use_drop(warehouse, "postcodes")
    before = contents(path)
    leave_free(disk, size)
    rows = pl.select(
        month=pl.lit(MONTH.first_day),
        table_name=pl.int_range(200_000).cast(pl.String),
        fingerprint=pl.int_range(200_000).hash().cast(pl.String),
        row_count=pl.int_range(200_000),
    )
    with pytest.raises(DiskFullError, match=SAID):
        fill_frame(warehouse, "ledger.made_from", rows)
    free(disk)
    assert what_is_wrong(path, before) is None
    fill_frame(warehouse, "ledger.made_from", rows)


@pytest.mark.parametrize("size", [100_000, 1_000_000])
def test_a_full_disk_is_not_blamed_on_a_drop(disk: Path, tmp_path: Path, size: int):
    synthesise(tmp_path / "sources", [MONTH], 0.001, 7)
    warehouse = Warehouse(disk / "warehouse.duckdb")
    warehouse.create()
    leave_free(disk, size)
    with pytest.raises(DiskFullError, match=r"/disk/\S+ is full: .* no drop is at fault"):
        make(warehouse, ingest_step(str(tmp_path / "sources")))
    free(disk)
    assert [entry.name for entry in disk.iterdir()] == ["warehouse.duckdb"]
