"""Warehouses that need not be made anew for every test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets.warehouse.database import Warehouse
from tests.sources.laying import Laid, Month, case, lay, synthetic_month
from tests.sources.support import MAY, ingest, put_register


@dataclass(frozen=True)
class Place:
    """A warehouse and the sources it is fed from."""

    warehouse: Warehouse
    sources: Path


def _copy(template: Path, folder: Path) -> Warehouse:
    return Warehouse(shutil.copy(template, folder / "warehouse.duckdb"), threads=1)


@pytest.fixture(scope="session")
def april_file(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("april")
    put_register(folder / "sources", "2025-04")
    april = _copy(empty_file, folder)
    ingest(april, folder / "sources", MAY.plus(-1))
    return april.path


@pytest.fixture
def april(april_file: Path, tmp_path: Path) -> Place:
    """A warehouse that has taken in April's register and postcodes, and the sources that these lie in."""
    put_register(tmp_path / "sources", "2025-04")
    return Place(_copy(april_file, tmp_path), tmp_path / "sources")


@pytest.fixture(scope="session")
def synthetic_may(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Month:
    """A small synthetic month that has been taken in."""
    return synthetic_month(tmp_path_factory.mktemp("synthetic_may"), empty_file)


@pytest.fixture
def laid(synthetic_may: Month, tmp_path: Path) -> Callable[[str | Mapping[str, str | bytes]], Laid]:
    """What became of the month with drops laid over it: a case by its folder's name, or files by their paths."""

    def over_the_month(drops: str | Mapping[str, str | bytes]) -> Laid:
        folder = tmp_path / f"laid-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        return lay(synthetic_may, folder, case(drops) if isinstance(drops, str) else drops)

    return over_the_month
