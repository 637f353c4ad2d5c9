"""Warehouses that need not be made anew for every test."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from assets.warehouse.database import Warehouse
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
