"""Every tenth of the campaign's bad inputs of every dataset: one sentence each, and no row is another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assets.sources.registry import DATASETS
from assets.warehouse.database import Warehouse
from tests.campaign.bad_files import OTHERS, TABLES, BadFile, bad_files
from tests.campaign.bad_inputs import refused, taken_in

EVERY = 10
SOME = [*bad_files()][::EVERY]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, empty_file: Path) -> Path:
    folder = tmp_path_factory.mktemp("good")
    taken_in(folder, empty_file)
    return folder


def test_every_dataset_has_bad_inputs() -> None:
    assert {*TABLES, *OTHERS} == {dataset.name for dataset in DATASETS}


@pytest.mark.parametrize("bad", SOME, ids=lambda bad: bad.what)
def test_a_bad_input_is_refused_in_a_sentence(bad: BadFile, good: Path, tmp_path: Path) -> None:
    warehouse = Warehouse(shutil.copy(good / "warehouse.duckdb", tmp_path), threads=1)
    shutil.copytree(good / "sources", tmp_path / "sources")
    problem, said = refused(warehouse, tmp_path / "sources", bad)
    assert problem is None, (problem, said)
