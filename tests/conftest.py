"""Fixtures of the whole suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.warehouse.database import Warehouse

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """An empty warehouse with every declared table."""
    empty = Warehouse(tmp_path / "warehouse.duckdb", threads=1)
    empty.create()
    return empty


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real files beside the project; tests that use them skip where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real files at {SHARED_DATA}")
    return SHARED_DATA
