"""Fixtures of the whole suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assets.warehouse.database import Warehouse

# What the user set for a system of their own, a demo or a real one, is not what is tested, nor where tests may write.
for variable in [name for name in os.environ if name.startswith(("INNOVATION_CLUSTERS_", "DAGSTER_HOME"))]:
    del os.environ[variable]

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
