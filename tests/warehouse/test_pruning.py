"""Working rows of old months go, results stay, and a month that is made again is made as ever."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from assets.months import Month
from assets.organisations.steps import STEPS
from assets.warehouse.compaction import space_of
from assets.warehouse.database import Warehouse
from assets.warehouse.made_before import pruned_inputs
from assets.warehouse.presence import drops_without_rows
from assets.warehouse.pruning import Pruned, is_to_prune, prune, working_tables
from pipelines.later_months import months_to_follow
from pipelines.settings import Settings
from pipelines.upkeep import datasets_of_tables
from tests.sources.support import ENTERPRISES_CSV, content, ingest, put, put_register
from tests.support import make_all
from tests.typology.histories import Histories
from tests.typology.histories import content as typology_of

MONTHS = [Month(2025, 3), Month(2025, 4), Month(2025, 5)]
RECORDS = "organisations.source_records"


def months_in(warehouse: Warehouse, table: str) -> list[str]:
    found = warehouse.read(f"select distinct month from {table} order by month")["month"]
    return [str(Month.of(day)) for day in found]


@pytest.fixture(scope="module")
def three_made(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three months of a register, each with enterprises of its own, and one directory of postcodes for all."""
    folder = tmp_path_factory.mktemp("three")
    warehouse, sources = Warehouse(shutil.copy(empty_file, folder / "warehouse.duckdb"), threads=1), folder / "sources"
    put_register(sources, "2025-03")
    for when in ("2025-04", "2025-05"):
        put(sources, f"idbr_enterprises/{when}.csv", ENTERPRISES_CSV.replace("Alpha", f"Alpha {when}"))
    for month in MONTHS:
        ingest(warehouse, sources, month)
        make_all(warehouse, STEPS, month=month)
    return folder


@pytest.fixture
def three(three_made: Path, tmp_path: Path) -> Warehouse:
    """A copy of them, to be worked on."""
    shutil.copytree(three_made, tmp_path, dirs_exist_ok=True)
    return Warehouse(tmp_path / "warehouse.duckdb", threads=1)


def test_working_rows_of_old_months_and_of_their_drops_go(three: Warehouse):
    drops = three.read("select * exclude (rows_deleted_at) from sources.drops order by all")
    profiles = three.read("from sources.drop_profiles order by all")
    with three.connect(read_only=True) as connection:
        assert is_to_prune(connection, 2, datasets_of_tables())
    done = prune(three, 2, datasets_of_tables())
    assert done.months == (MONTHS[0],)
    assert done.drops == 1
    monthly = [table.name for table in working_tables() if any(column.name == "month" for column in table.columns)]
    assert {tuple(months_in(three, table)) for table in monthly} == {(), ("2025-04", "2025-05")}
    # The directory and the local units of March are those of the other months too.
    assert three.read("select distinct as_of from sources.idbr_enterprises order by 1")["as_of"].to_list() == [
        date(2025, 4, 1),
        date(2025, 5, 1),
    ]
    assert three.read("from sources.idbr_local_units").height > 0
    assert three.read("select * exclude (rows_deleted_at) from sources.drops order by all").equals(drops)
    assert three.read("from sources.drop_profiles order by all").equals(profiles)
    with three.connect(read_only=True) as connection:
        assert not is_to_prune(connection, 2, datasets_of_tables())
        assert [drops_without_rows(connection, month) for month in MONTHS] == [True, False, False]
    assert prune(three, 2, datasets_of_tables()) == Pruned()


def test_an_old_month_that_is_made_again_takes_its_drops_in_anew(three: Warehouse, tmp_path: Path):
    before = content(three)
    prune(three, 1, datasets_of_tables())
    ingest(three, tmp_path / "sources", MONTHS[0])
    made = make_all(three, STEPS, month=MONTHS[0], take_over=True)
    assert not made[0].is_taken_over
    for again in MONTHS[1:]:
        ingest(three, tmp_path / "sources", again)
        make_all(three, STEPS, month=again, take_over=True)
    assert content(three) == before
    assert three.read("from ledger.pruned").is_empty()


def test_months_that_were_made_from_what_went_are_not_made_again(three: Warehouse):
    prune(three, 1, datasets_of_tables())
    assert all(each.is_taken_over for each in make_all(three, STEPS, month=MONTHS[2], take_over=True))


def test_later_months_that_were_pruned_are_made_again_from_their_drops(three: Warehouse, tmp_path: Path):
    """An old month's drop comes again with other rows: the later months that follow take their drops in anew."""
    sources = tmp_path / "sources"
    prune(three, 1, datasets_of_tables())
    put(sources, "idbr_enterprises/2025-03.csv", ENTERPRISES_CSV.replace("Alpha", "Omega"))
    make_month(three, sources, MONTHS[0])
    (tmp_path / "test.toml").touch()
    settings = Settings(warehouse=str(three.path), profiles=(str(tmp_path / "test.toml"),), threads=1)
    took_in = {}
    for later in months_to_follow(settings, STEPS, [MONTHS[0]]):
        assert {step.tables[0] for step in STEPS} <= set(later.tables)
        took_in[later.month] = "sources.drops" in later.tables
        make_month(three, sources, later.month)
    assert took_in == {MONTHS[1]: True, MONTHS[2]: False}
    others = Warehouse(tmp_path / "others.duckdb", threads=1)
    others.create()
    for month in MONTHS:
        make_month(others, sources, month)
    assert {name: rows for name, rows in content(three).items() if name.startswith("organisations.")} == {
        name: rows for name, rows in content(others).items() if name.startswith("organisations.")
    }


def make_month(warehouse: Warehouse, sources: Path, month: Month) -> None:
    ingest(warehouse, sources, month)
    make_all(warehouse, STEPS, month=month, take_over=True)


def test_nothing_is_made_from_rows_that_went(three: Warehouse):
    prune(three, 1, datasets_of_tables())
    anchors = next(step for step in STEPS if step.tables == ("organisations.anchors",))
    with three.connect(read_only=True) as connection:
        told = pruned_inputs(connection, anchors, MONTHS[0])
    assert told is not None
    assert f"the rows of 2025-03 in organisations.source_places, {RECORDS} were deleted" in told
    assert "innovation-clusters refresh --month 2025-03" in told
    with three.connect(read_only=True) as connection:
        told = pruned_inputs(connection, STEPS[0], MONTHS[0])
    assert told is not None
    assert "sources.idbr_enterprises" in told


def test_histories_are_the_same_where_old_months_are_pruned(tmp_path: Path):
    """Identities look back at a month whose working rows are gone where the one after it is made again."""
    histories = Histories(tmp_path)
    warehouse = histories.new()
    stands = {0: "whole", 1: "smaller", 2: "apart"}
    for number, variant in stands.items():
        histories.make(warehouse, (number, variant))
        prune(warehouse, 1, {})
    # There are drops of a later month, so all of these were pruned before the next was made.
    assert months_in(warehouse, "organisations.organisations") == []
    stands[1] = "whole"
    histories.make(warehouse, (1, "whole"), stands)
    assert months_in(warehouse, "organisations.organisations") == ["2025-06", "2025-07"]
    assert typology_of(warehouse) == histories.in_order([*stands.items()])


def test_the_space_of_what_went_is_free(three: Warehouse):
    before = space_of(three)
    prune(three, 1, datasets_of_tables())
    assert space_of(three).total <= before.total
