"""Old months' working rows go by themselves, and whatever is made afterwards is what it would have been."""

from __future__ import annotations

import shutil
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.method import KeepMethod, MethodProfile
from assets.months import Month
from assets.warehouse.database import Warehouse
from pipelines import cli
from pipelines.settings import Settings
from pipelines.upkeep import is_due, maintain
from pipelines.upkeep_jobs import upkeep_jobs, upkeep_schedules
from tests.pipelines.few_drops import few_drops
from tests.support import copy_home

MONTHS = [Month(2025, number) for number in range(2, 6)]
MADE = "sources,organisations.source_records,organisations.source_places,organisations.anchors"
RECORDS = "organisations.source_records"


def call(world: Path, *words: str) -> Result:
    return CliRunner().invoke(
        cli.app,
        [*words, "--warehouse", str(world / "warehouse.duckdb")],
        env={"DAGSTER_HOME": str(world / "dagster_home"), "INNOVATION_CLUSTERS_THREADS": "1"},
    )


def make(world: Path, command: str, *options: str) -> str:
    result = call(
        world, command, *options, "--select", MADE,
        "--sources", str(world / "sources"), "--publication", str(world / "publication"),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def months_in(world: Path, table: str) -> list[str]:
    found = Warehouse(world / "warehouse.duckdb").read(f"select distinct month from {table} order by month")["month"]
    return [str(Month.of(day)) for day in found]


@pytest.fixture(scope="module")
def world(empty_file: Path, empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Four months made under the profile's default, and what that said."""
    folder = tmp_path_factory.mktemp("world")
    few_drops(folder / "sources", MONTHS)
    shutil.copy(empty_file, folder / "warehouse.duckdb")
    copy_home(empty_home, folder / "dagster_home")
    return folder, make(folder, "backfill", "--from", str(MONTHS[0]), "--to", str(MONTHS[-1]))


def test_after_a_run_the_newest_three_months_are_worked_on(world: tuple[Path, str]):
    assert "working rows of 2025-02" in world[1]
    assert months_in(world[0], RECORDS) == ["2025-03", "2025-04", "2025-05"]
    assert months_in(world[0], "sources.drops") == [str(month) for month in MONTHS]


def test_a_query_of_a_month_that_went_says_so(world: tuple[Path, str]):
    told = call(world[0], "query", f"from {RECORDS} where month = date '2025-02-01'")
    said = " ".join(told.output.split())
    assert f"the rows of 2025-02 in {RECORDS} were deleted" in said
    assert "innovation-clusters refresh --month 2025-02" in said
    assert "deleted" not in call(world[0], "query", f"select count(*) from {RECORDS}").output


def test_a_person_keeps_fewer_and_the_file_is_written_anew(world: tuple[Path, str]):
    result = call(world[0], "maintain", "--keep", "1")
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert "working rows of 2025-03, 2025-04, and rows of 2 drops that no kept month uses were deleted" in said
    assert "was written anew" in said
    assert months_in(world[0], RECORDS) == ["2025-05"]


def test_by_itself_a_file_is_written_anew_where_much_of_it_is_free(warehouse: Warehouse, tmp_path: Path):
    with warehouse.connect() as connection:
        connection.execute("create table mine as select hash(i) as value from range(1_000_000) as t (i)")
        connection.execute("checkpoint")
        connection.execute("drop table mine")
    before = warehouse.path.stat().st_size
    assert [*maintain(Settings(warehouse=str(warehouse.path), threads=1), print, by_itself=True)] == [], "a small file"
    low = tmp_path / "low.toml"
    low.write_text("[keep]\ncompact_from_mb = 1\n", encoding="utf-8")
    settings = Settings(warehouse=str(warehouse.path), threads=1, profiles=(str(low),))
    assert is_due(settings)
    schedule = next(each for each in upkeep_schedules(settings) if each.name == "maintain")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert schedule.evaluate_tick(dg.build_schedule_context()).run_requests
    assert next(job for job in upkeep_jobs(settings) if job.name == "maintain").execute_in_process().success
    assert warehouse.path.stat().st_size < 0.75 * before
    assert not is_due(settings)
    assert schedule.evaluate_tick(dg.build_schedule_context()).skip_message


def test_no_row_depends_on_what_is_kept():
    usual, other = (MethodProfile(name="one", keep=KeepMethod(working_months=months)) for months in (3, 9))
    assert usual.fingerprint == other.fingerprint
    assert usual.shared_fingerprint == other.shared_fingerprint
