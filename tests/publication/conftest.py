"""A warehouse with what a release is made of, and where it is put."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.warehouse.database import Warehouse
from tests.publication.release_example import fill_release


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    return tmp_path / "publication"


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    fill_release(warehouse, clusters=3)
    return warehouse
