"""Eleven drops that look right and are not: none of them is taken in without a word, and good ones are."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from assets.months import Month
from assets.sources.problems import DropsRefusedError
from assets.warehouse.database import Warehouse
from synthetic_uk import synthesise
from tests.campaign.wrong_drops import GOOD, WRONG, WRONG_DROPS, WrongDrop
from tests.sources.support import content, ingest

APRIL, MAY = Month.parse(GOOD), Month.parse(WRONG)
TODAY = date(2025, 6, 10)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The good drops of April, and a warehouse that has taken them in."""
    folder = tmp_path_factory.mktemp("good")
    synthesise(folder / "sources", [APRIL], 0.001, 1, lambda *_: None)
    warehouse = Warehouse(folder / "warehouse.duckdb", threads=1)
    warehouse.create()
    ingest(warehouse, folder / "sources", APRIL, TODAY)
    return folder


@pytest.fixture
def country(good: Path, tmp_path: Path) -> tuple[Warehouse, Path]:
    shutil.copytree(good / "sources", tmp_path / "sources")
    return Warehouse(shutil.copy(good / "warehouse.duckdb", tmp_path), threads=1), tmp_path / "sources"


@pytest.mark.parametrize("wrong", WRONG_DROPS, ids=lambda wrong: wrong.what)
def test_a_drop_that_is_wrong_is_told_of_with_both_figures(wrong: WrongDrop, country: tuple[Warehouse, Path]) -> None:
    warehouse, sources = country
    wrong.make(sources, sources)
    before = content(warehouse)
    if wrong.end == "refused":
        with pytest.raises(DropsRefusedError) as error:
            ingest(warehouse, sources, MAY, TODAY)
        message = str(error.value)
        assert content(warehouse) == before
    else:
        checks = {check.name: check for check in ingest(warehouse, sources, MAY, TODAY).checks}
        message = str(checks["no_row_was_refused"].evidence.to_dicts())
    if wrong.end == "read":
        totals = warehouse.read("select column_name, total from sources.drop_profiles where dataset = $of", of="ukri")
        assert totals.height == 2 * totals.unique().height
        return
    assert f"{wrong.dataset}/{WRONG}" in message
    for pattern in (re.escape(wrong.column), *wrong.figures):
        assert re.search(pattern, message), (pattern, message)


def test_the_months_of_a_good_country_give_no_alarm(tmp_path: Path) -> None:
    months = [APRIL, MAY]
    # So small a country may have an award that is half of its month, and rightly an alarm: of seeds 1 to 6 the second.
    synthesise(tmp_path / "sources", months, 0.001, 3, lambda *_: None)
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", threads=1)
    warehouse.create()
    for month in months:
        ingest(warehouse, tmp_path / "sources", month, TODAY)
    assert warehouse.read("from sources.alarms").rows() == []
    assert warehouse.read("select count(*) from sources.drop_profiles where column_name = 'rows'").item() > 15
