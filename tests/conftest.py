"""Fixtures of the whole suite."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from assets.warehouse.database import Warehouse

# What the user set for a system of their own, a demo or a real one, is not what is tested, nor where tests may write.
for variable in [name for name in os.environ if name.startswith(("INNOVATION_CLUSTERS_", "DAGSTER_HOME"))]:
    del os.environ[variable]

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse's file with every declared table and no rows."""
    empty = Warehouse(tmp_path_factory.mktemp("empty") / "warehouse.duckdb", threads=1)
    empty.create()
    return empty.path


@pytest.fixture
def warehouse(empty_file: Path, tmp_path: Path) -> Warehouse:
    """An empty warehouse; a copy of one file is quicker than the tables of a new one."""
    return Warehouse(shutil.copy(empty_file, tmp_path / "warehouse.duckdb"), threads=1)


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of Dagster's with the project's settings and no run: its own making of one takes seconds.

    To be copied with `copy_home`.
    """
    from pipelines.dagster_home import dagster_home
    from pipelines.held_storage import instance_of
    from pipelines.settings import Settings

    home = dagster_home(Settings(warehouse=str(tmp_path_factory.mktemp("empty_home") / "warehouse.duckdb")))
    with instance_of(home) as instance:
        assert instance.get_runs() == []
        assert not instance.all_instigator_state()
    for path in home.rglob("*.db"):
        with sqlite3.connect(path) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
    return home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real files beside the project; tests that use them skip where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real files at {SHARED_DATA}: docs/real-data.md says which they are and where they come from")
    return SHARED_DATA
