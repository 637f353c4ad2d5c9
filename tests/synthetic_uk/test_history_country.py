"""The country whose every change is known: what it says happens does, and its drops are read as it means them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assets.months import Month
from assets.sources.steps import ingest_step
from assets.warehouse.database import Warehouse
from synthetic_uk.history_country import (
    DIRECTORY_MONTH,
    MONTHS,
    REGISTER_MONTH,
    REGISTERS,
    TAXONOMY_MONTH,
    World,
    planned,
    postcode_text,
    write_country,
)
from tests.support import make

FIRST = Month(2025, 1)


@pytest.fixture(scope="module")
def written(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Warehouse]:
    """The country's drops, those of the months in which a source changes taken in."""
    folder = tmp_path_factory.mktemp("country")
    world = write_country(folder / "sources", FIRST, 5)
    warehouse = Warehouse(shutil.copy(empty_file, folder / "warehouse.duckdb"), threads=1)
    for number in (0, TAXONOMY_MONTH, REGISTER_MONTH, DIRECTORY_MONTH):
        make(warehouse, ingest_step(str(folder / "sources")), month=FIRST.plus(number))
    return world, warehouse


def there(world: World, month: int) -> dict[int, int]:
    """Group -> firms of it that the register of a month has."""
    register, counts = int(month >= REGISTER_MONTH), dict[int, int]()
    for firm, _, since, until in world.stays:
        if since <= month < until and world.only_in.get(firm, register) == register:
            counts[world.group[firm]] = counts.get(world.group[firm], 0) + 1
    return counts


def test_what_is_said_to_happen_does() -> None:
    world = planned(5)
    for event in world.events:
        before, after = there(world, event.month - 1).get(event.group, 0), there(world, event.month).get(event.group, 0)
        if event.cause in ("firms", "register"):
            assert (before > 0, after > 0) == {"birth": (False, True), "death": (True, False)}.get(
                event.event, (True, True)
            )
        else:
            assert before == after > 0
    assert {event.cause for event in world.events} == {"firms", "taxonomy", "register", "postcodes"}
    assert all(0 < event.month < MONTHS for event in world.events)
    assert planned(5).events == world.events


def test_no_two_postcodes_have_one_text() -> None:
    numbers = range(len(planned(5).x_m))
    assert len({postcode_text(number) for number in numbers}) == len(numbers)


def test_no_row_is_refused(written: tuple[World, Warehouse]) -> None:
    world, warehouse = written
    assert warehouse.read("from sources.rejected").is_empty()
    units = warehouse.read("select count(*) from used.idbr_local_units where month = $m", m=FIRST.first_day).item()
    assert units == sum(there(world, 0).values())


def test_the_drops_state_their_classification_and_their_register(written: tuple[World, Warehouse]) -> None:
    stated = (
        "select month, value from used.drop_statements where dataset = $dataset and statement = $what order by month"
    )
    months = [FIRST.plus(number).first_day for number in (0, TAXONOMY_MONTH, REGISTER_MONTH, DIRECTORY_MONTH)]
    years = written[1].read(stated, dataset="sic_sectors", what="classification").rows()
    assert years == [*zip(months, ["SIC 2007", "SIC 2026", "SIC 2026", "SIC 2026"], strict=True)]
    registers = written[1].read(stated, dataset="idbr_local_units", what="register").rows()
    assert registers == [*zip(months, [REGISTERS[0], REGISTERS[0], REGISTERS[1], REGISTERS[1]], strict=True)]
    pairs = written[1].read("select count(*), min(share) from used.sic_correspondence where month = $m", m=months[1])
    assert pairs.row(0) == (8, 1.0)
