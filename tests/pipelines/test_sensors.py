"""Which months a new drop starts, on real folders."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from assets.months import Month
from assets.sources.delivery.drops import Drop
from pipelines.definitions import build_defs
from pipelines.sensors import months_to_make, new_drop_sensor
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
    assert months_to_make(arrived, REGISTER + MONTHLY) == [Month.parse(month) for month in months]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("postcodes/2025-02.csv", "companies_house/2025-04.csv", "companies_house/2025-05.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def look(sources: Path, cursor: str | None) -> dg.SensorResult | dg.SkipReason:
    settings = Settings(sources=str(sources), warehouse=str(sources / "warehouse.duckdb"))
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, cursor=cursor, definitions=build_defs(settings))
        return new_drop_sensor(settings)(context)


def test_a_first_look_starts_the_newest_month_and_a_second_none(sources: Path):
    first = look(sources, None)
    assert [request.partition_key for request in first.run_requests] == ["2025-05"]
    assert "no new drop" in look(sources, first.cursor).skip_message


def test_a_drop_that_arrives_starts_its_month(sources: Path):
    before = look(sources, None).cursor
    (sources / "companies_house" / "2025-06.csv").touch()
    assert [request.partition_key for request in look(sources, before).run_requests] == ["2025-06"]


def test_nothing_starts_while_a_needed_drop_is_missing_or_two_have_one_date(sources: Path):
    (sources / "companies_house" / "2025-05.zip").touch()
    assert "2025-05.zip is of the same dataset and date" in look(sources, None).skip_message
    (sources / "companies_house" / "2025-05.zip").unlink()
    (sources / "postcodes" / "2025-02.csv").unlink()
    assert "no drop of postcodes" in look(sources, None).skip_message
    assert "there is no such folder" in look(sources / "elsewhere", None).skip_message
