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
from assets.warehouse.pruning import working_tables
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
def worlds(empty_file: Path, empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """Four months made under the profile's default, and the same in a warehouse of which all is kept."""
    pruned, whole = (tmp_path_factory.mktemp(name) for name in ("pruned", "whole"))
    few_drops(pruned / "sources", MONTHS)
    shutil.copytree(pruned / "sources", whole / "sources")
    for world in (pruned, whole):
        shutil.copy(empty_file, world / "warehouse.duckdb")
        copy_home(empty_home, world / "dagster_home")
    (whole / "kept.toml").write_text("[keep]\nworking_months = 99\n", encoding="utf-8")
    span = ("--from", str(MONTHS[0]), "--to", str(MONTHS[-1]))
    said = make(pruned, "backfill", *span)
    make(whole, "backfill", *span, "--profile", str(whole / "kept.toml"))
    return pruned, whole, said


def test_after_a_run_the_newest_three_months_are_worked_on(worlds: tuple[Path, Path, str]):
    pruned, whole, said = worlds
    assert "working rows of 2025-02" in said
    assert months_in(pruned, RECORDS) == ["2025-03", "2025-04", "2025-05"]
    assert months_in(whole, RECORDS) == [str(month) for month in MONTHS]
    assert months_in(pruned, "sources.drops") == [str(month) for month in MONTHS]


def test_a_query_of_a_month_that_went_says_so(worlds: tuple[Path, Path, str]):
    told = call(worlds[0], "query", f"from {RECORDS} where month = date '2025-02-01'")
    said = " ".join(told.output.split())
    assert f"the rows of 2025-02 in {RECORDS} were deleted" in said
    assert "innovation-clusters refresh --month 2025-02" in said
    assert "deleted" not in call(worlds[0], "query", f"select count(*) from {RECORDS}").output


def test_months_that_are_made_again_are_as_if_nothing_had_gone(worlds: tuple[Path, Path, str], tmp_path: Path):
    """A drop of the second month comes again with other rows: it and those after it are made again from their drops."""
    here = [Path(shutil.copytree(world, tmp_path / world.name)) for world in worlds[:2]]
    assert call(here[0], "maintain", "--months", "1").exit_code == 0
    assert months_in(here[0], RECORDS) == ["2025-05"]
    for world in here:
        (before,), (drop,) = ((world / "sources" / "innovate_uk").glob(f"2025-0{number}*") for number in (2, 3))
        shutil.copyfile(before, drop)
    keep_all = ("--profile", str(here[1] / "kept.toml"))
    for world in here:
        said = make(world, "refresh", "--month", "2025-03", *keep_all)
        assert "2025-04 was made before this and follows from it: it is made again" in said
    found = [Warehouse(world / "warehouse.duckdb") for world in here]
    for table in working_tables():
        where = "where month >= date '2025-03-01'" if table.layer == "organisations" else ""
        assert (
            found[0]
            .read(f"from {table.name} {where} order by all")
            .equals(found[1].read(f"from {table.name} {where} order by all"))
        ), table.name
    assert "3 steps taken over" in make(here[0], "refresh", "--month", "2025-05", *keep_all)


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
