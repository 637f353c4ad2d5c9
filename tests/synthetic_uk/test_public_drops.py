"""The synthetic country's public drops: read by the readers, the same people, and no other drop changed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from assets.months import Month
from assets.warehouse.database import Warehouse
from synthetic_uk import Settings, synthesise
from tests.sources.support import ingest

MONTHS = [Month(2025, 5)]
PUBLIC = {"companies_house", "business_counts", "accounts", "cordis", "ror"}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("public")
    synthesise(folder / "closed", MONTHS, 0.001, 7)
    synthesise(folder / "public", MONTHS, 0.001, 7, settings=Settings(public=True))
    return folder / "closed", folder / "public"


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_other_drop_changes(both: tuple[Path, Path]):
    closed, public = map(content, both)
    assert {name: public[name] for name in closed} == closed
    assert {name.split("/")[0] for name in set(public) - set(closed)} == PUBLIC


def test_the_readers_take_them_and_the_counts_are_the_registers(both: tuple[Path, Path], warehouse: Warehouse):
    ingest(warehouse, both[1], MONTHS[0])
    units = pl.read_csv(both[1] / "idbr_local_units" / "2025-05.csv.gz").height
    assert warehouse.read("select sum(units)::bigint as units from sources.business_counts").item() == units
    read = dict(warehouse.read("select dataset, rows_read from sources.drops").rows())
    refused = dict(warehouse.read("select dataset, count(*) from sources.rejected group by all").rows())
    assert all(read[dataset] > 0 for dataset in PUBLIC)
    assert not PUBLIC & set(refused)
