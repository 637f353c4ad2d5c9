"""The country whose every change is known: what it says happens does, and its drops are read as it means them."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from assets.months import Month
from assets.sources.steps import ingest_step
from assets.warehouse.database import Warehouse
from synthetic_uk.history_country import (
    AT_ONCE,
    CODES,
    GAINED,
    LOST,
    REGISTERS,
    SMALL,
    WHOLE,
    Plan,
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
    world = write_country(folder / "sources", FIRST, 5, SMALL)
    warehouse = Warehouse(shutil.copy(empty_file, folder / "warehouse.duckdb"), threads=1)
    for number in range(SMALL.months):
        make(warehouse, ingest_step(str(folder / "sources")), month=FIRST.plus(number))
    return world, warehouse


def there(world: World, month: int) -> dict[int, list[tuple[int, int]]]:
    """Group -> firms of it that the register of a month has, each with its postcode."""
    register, found = int(month >= world.plan.register), dict[int, list[tuple[int, int]]]()
    for firm, postcode, since, until in world.stays:
        if since <= month < until and world.only_in.get(firm, register) == register:
            found.setdefault(world.group[firm], []).append((firm, postcode))
    return found


def has_cluster(world: World, group: int, month: int) -> bool:
    """Whether a month's sources have ten firms or more of one sector and of a group within 5 km of one another."""
    is_later, directory = int(month >= world.plan.taxonomy), int(month >= world.plan.directory)
    in_sector: dict[str, list[tuple[float, float]]] = {}
    for firm, postcode in there(world, month).get(group, []):
        code = world.code_in(firm, month)[is_later]
        if code in SECTORS[is_later]:
            of_directory, *elsewhere = world.displaced.get(postcode, (-1, 0.0, 0.0))
            x, y = elsewhere if of_directory == directory else (world.x_m[postcode], world.y_m[postcode])
            in_sector.setdefault(code, []).append((x, y))
    return any(
        sum(math.dist(point, other) < 5_000 for other in points) >= 10
        for points in in_sector.values()
        for point in points
    )


SECTORS = tuple({*(codes[later] for codes in CODES.values()), (LOST, GAINED)[later][later]} for later in (0, 1))


@pytest.mark.parametrize("plan", [WHOLE, AT_ONCE, SMALL])
def test_what_is_said_to_begin_and_end_does(plan: Plan) -> None:
    world = planned(5, plan)
    assert {event.cause for event in world.events} == {"firms", "taxonomy", "register", "postcodes"}
    assert all(0 < event.month < plan.months for event in world.events)
    for event in world.events:
        before, after = (has_cluster(world, event.group, month) for month in (event.month - 1, event.month))
        assert (before, after) == {"birth": (False, True), "death": (True, False)}.get(event.event, (True, True)), event


def test_what_is_not_said_to_begin_or_end_does_not() -> None:
    world = planned(5, SMALL)
    changes = {(event.month, event.group) for event in world.events}
    for group in {*world.group} - {-1}:
        for month in range(1, SMALL.months):
            if (month, group) not in changes:
                assert has_cluster(world, group, month - 1) == has_cluster(world, group, month)


def test_firms_are_followed_by_others_at_the_same_place() -> None:
    world = planned(5, SMALL)
    first, last = (
        {pair for group, firms in there(world, month).items() if group in range(SMALL.standing) for pair in firms}
        for month in (0, SMALL.months - 1)
    )
    assert len(first) == len(last) and first != last
    assert sorted(at for _, at in first) == sorted(at for _, at in last)
    assert planned(5, SMALL).stays == world.stays


def test_no_two_postcodes_have_one_text() -> None:
    numbers = range(len(planned(5).x_m))
    assert len({postcode_text(number) for number in numbers}) == len(numbers)


def test_no_row_is_refused(written: tuple[World, Warehouse]) -> None:
    world, warehouse = written
    assert warehouse.read("from sources.rejected").is_empty()
    units = warehouse.read("select count(*) from used.idbr_local_units where month = $m", m=FIRST.first_day).item()
    assert units == sum(map(len, there(world, 0).values()))


def test_the_drops_state_their_classification_and_their_register(written: tuple[World, Warehouse]) -> None:
    stated = (
        "select month, value from used.drop_statements where dataset = $dataset and statement = $what order by month"
    )
    months = [FIRST.plus(number).first_day for number in range(SMALL.months)]
    years = written[1].read(stated, dataset="sic_sectors", what="classification").rows()
    assert years == [*zip(months, ["SIC 2007", "SIC 2026", "SIC 2026"], strict=True)]
    registers = written[1].read(stated, dataset="idbr_local_units", what="register").rows()
    assert registers == [*zip(months, [REGISTERS[0], REGISTERS[0], REGISTERS[1]], strict=True)]
    pairs = written[1].read("select count(*), min(share) from used.sic_correspondence where month = $m", m=months[1])
    assert pairs.row(0) == (8, 1.0)
