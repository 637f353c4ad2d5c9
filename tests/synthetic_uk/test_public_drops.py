"""The synthetic country's public drops: read by the readers, the same people, and no other drop changed."""

from __future__ import annotations

import zipfile
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


def test_the_register_comes_in_parts_and_more_companies_file(both: tuple[Path, Path], tmp_path: Path):
    """The same companies, dealt out; of a company that files twice a year the accounts of half a year before too."""
    synthesise(tmp_path, MONTHS, 0.001, 7, settings=Settings(public=True, register_parts=3, filings_a_year=2))
    parts = sorted((tmp_path / "companies_house" / "2025-05").iterdir())
    assert [path.name for path in parts] == [f"BasicCompanyData-2025-05-01-part{number}_3.zip" for number in (1, 2, 3)]
    dealt, whole = map(register, (parts, [both[1] / "companies_house" / "2025-05.zip"]))
    assert sorted(dealt) == sorted(whole)
    once, twice = (
        set(zipfile.ZipFile(folder / "accounts" / "2025-05.zip").namelist()) for folder in (both[1], tmp_path)
    )
    assert once < twice
    assert 1.5 * len(once) < len(twice) < 2.5 * len(once)


def register(paths: list[Path]) -> list[str]:
    """The lines of a register, header and all, without those that repeat the header."""
    found: list[str] = []
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            (name,) = archive.namelist()
            lines = archive.read(name).decode().splitlines()
        found += lines if not found else lines[1:]
    return found
