"""A warehouse with what a release is made of, and where it is put."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assets.warehouse.database import Warehouse
from tests.publication.release_example import fill_release


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    return tmp_path / "publication"


@pytest.fixture(scope="session")
def filled_file(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse's file with three clusters to publish, of each profile."""
    warehouse = Warehouse(shutil.copy(empty_file, tmp_path_factory.mktemp("filled") / "warehouse.duckdb"), threads=1)
    fill_release(warehouse, clusters=3)
    return warehouse.path


@pytest.fixture
def filled(filled_file: Path, tmp_path: Path) -> Warehouse:
    """The same in a copy of its own."""
    return Warehouse(shutil.copy(filled_file, tmp_path / "warehouse.duckdb"), threads=1)
