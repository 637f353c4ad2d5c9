"""Which months a new drop starts, on real folders."""

import json
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from assets.months import Month
from assets.sources.delivery.drops import Drop
from pipelines.arrivals import read_by
from pipelines.definitions import build_defs
from pipelines.sensors import new_drop_sensor
from pipelines.settings import Settings


def drop(dataset: str, year: int, month: int) -> Drop:
    return Drop(dataset, date(year, month, 1), f"{dataset}/{year}-{month:02d}.csv", False)


REGISTER = [drop("idbr_enterprises", 2024, 3), drop("postcodes", 2025, 2)]
MONTHLY = [drop("rtic_companies", 2025, number) for number in (3, 4, 5)]


@pytest.mark.parametrize(
    ("arrived", "months"),
    [
        ([MONTHLY[2]], ["2025-05"]),
        ([MONTHLY[0]], ["2025-03"]),
        (REGISTER, ["2025-05"]),
        ([MONTHLY[1], MONTHLY[2]], ["2025-04", "2025-05"]),
    ],
)
def test_the_newest_month_that_reads_a_new_drop_is_made(arrived: list[Drop], months: list[str]):
    found = read_by(REGISTER + MONTHLY)
    assert sorted({found[drop] for drop in arrived}) == [Month.parse(month) for month in months]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("postcodes/2025-02.csv", "companies_house/2025-04.csv", "companies_house/2025-05.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def look(sources: Path, cursor: str | None, day: date = date(2025, 6, 20)) -> dg.SensorResult | dg.SkipReason:
    settings = Settings(sources=str(sources), warehouse=str(sources / "warehouse.duckdb"))
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, cursor=cursor, definitions=build_defs(settings))
        return new_drop_sensor(settings, lambda: day)(context)


def why_not(looked: dg.SensorResult | dg.SkipReason) -> str:
    """Why nothing was started."""
    reason = looked if isinstance(looked, dg.SkipReason) else looked.skip_reason
    assert reason is not None
    return str(reason.skip_message)


def months(looked: dg.SensorResult | dg.SkipReason) -> list[str | None]:
    """The months that were started."""
    assert isinstance(looked, dg.SensorResult)
    return [request.partition_key for request in looked.run_requests or []]


def test_a_first_look_starts_the_newest_month_and_a_second_none(sources: Path):
    first = look(sources, None)
    assert months(first) == ["2025-05"]
    assert "no new drop" in why_not(look(sources, first.cursor))


def test_a_drop_that_arrives_starts_its_month(sources: Path):
    before = look(sources, None).cursor
    (sources / "companies_house" / "2025-06.csv").touch()
    assert months(look(sources, before)) == ["2025-06"]
    # A cursor of paths alone is what a sensor had that waited for nothing.
    paths = json.dumps(json.loads(before)["seen"])
    assert months(look(sources, paths)) == ["2025-06"]
    assert "no new drop" in why_not(look(sources, look(sources, paths).cursor))


def test_nothing_starts_while_a_needed_drop_is_missing_or_two_have_one_date(sources: Path):
    (sources / "companies_house" / "2025-05.zip").touch()
    assert "2025-05.zip is of the same dataset and date" in why_not(look(sources, None))
    (sources / "companies_house" / "2025-05.zip").unlink()
    (sources / "postcodes" / "2025-02.csv").rename(sources / "postcodes.csv")
    missing = look(sources, None)
    assert "no drop of postcodes" in why_not(missing)
    (sources / "postcodes.csv").rename(sources / "postcodes" / "2025-02.csv")
    assert months(look(sources, missing.cursor)) == ["2025-05"]
    assert "there is no such folder" in why_not(look(sources / "elsewhere", None))


def test_a_month_waits_for_the_rest_of_its_set(sources: Path):
    (sources / "innovate_uk").mkdir()
    (sources / "innovate_uk" / "2025-05.csv").touch()
    before = look(sources, None).cursor
    (sources / "companies_house" / "2025-06.csv").touch()
    early = look(sources, before, date(2025, 6, 25))
    assert why_not(early) == (
        "2025-06 waits until 2025-07-05: innovate_uk is of 2025-05-01, 1 month old (monthly, at most 3): one of "
        f"2025-06 is expected in {sources}/innovate_uk, named 2025-06 or a day of it"
    )
    still = look(sources, early.cursor, date(2025, 7, 4))
    assert "waits until 2025-07-05" in why_not(still)
    assert months(look(sources, still.cursor, date(2025, 7, 5))) == ["2025-06"]
    (sources / "innovate_uk" / "2025-06-30.csv").touch()
    whole = look(sources, still.cursor, date(2025, 7, 4))
    assert months(whole) == ["2025-06"]
    assert "no new drop" in why_not(look(sources, whole.cursor, date(2025, 7, 5)))


def test_a_month_that_is_not_over_is_waited_for_to_its_end_whatever_the_clock_said_before(sources: Path):
    (sources / "innovate_uk").mkdir()
    (sources / "innovate_uk" / "2025-05.csv").touch()
    before = look(sources, None).cursor
    (sources / "companies_house" / "2025-06.csv").touch()
    first = look(sources, before, date(2025, 6, 2))
    assert "waits until 2025-07-01" in why_not(first)
    # The clock stood two years ahead as the drop was seen, and was put right since.
    ahead = json.dumps(json.loads(first.cursor) | {"since": {"2025-06": "2027-06-02"}})
    assert "waits until 2025-07-03" in why_not(look(sources, ahead, date(2025, 6, 23)))
    assert months(look(sources, look(sources, ahead, date(2025, 6, 23)).cursor, date(2025, 7, 3))) == ["2025-06"]


def test_what_is_too_old_holds_its_month_and_no_other(sources: Path):
    (sources / "innovate_uk").mkdir()
    (sources / "innovate_uk" / "2025-01.csv").touch()
    first = look(sources, None)
    assert why_not(first).startswith("2025-05 is not ready: innovate_uk is of 2025-01-01, 4 months old")
    (sources / "ukri").mkdir()
    (sources / "ukri" / "2025-04.csv").touch()
    (sources / "ukri" / "2025-05.csv").touch()
    assert "2025-04 waits until 2025-06-30: innovate_uk" in why_not(second := look(sources, first.cursor))
    assert months(look(sources, second.cursor, date(2025, 6, 30))) == ["2025-04"]
