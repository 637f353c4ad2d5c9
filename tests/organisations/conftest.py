"""Fixtures of the layer's tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assets.warehouse.database import Warehouse


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse's file with every declared table and no rows."""
    empty = Warehouse(tmp_path_factory.mktemp("empty") / "warehouse.duckdb", threads=1)
    empty.create()
    return empty.path


@pytest.fixture
def warehouse(empty_file: Path, tmp_path: Path) -> Warehouse:
    """An empty warehouse; a copy of one file is quicker than the tables of a new one."""
    return Warehouse(shutil.copy(empty_file, tmp_path), threads=1)
