"""Months made out of order, and two at once: real processes on a real instance. Which rows that gives, the typology's
own test of orders says."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.months import Month
from assets.warehouse.database import Warehouse
from assets.warehouse.turns import turn
from pipelines.definitions import all_steps
from pipelines.sensors import later_month_sensor
from pipelines.settings import Settings
from tests.pipelines.few_drops import few_drops
from tests.support import copy_home

MONTHS = [Month(2025, 4), Month(2025, 5)]
FIRST, LATER = map(str, MONTHS)
PROGRAM = Path(sys.executable).with_name("innovation-clusters")
MADE = "sources,organisations.source_records,organisations.source_places,organisations.anchors"
FOLLOWS = f"{LATER} was made before this and follows from it: it is made again"


def start(world: Path, *command: str | Path) -> subprocess.Popen[str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("INNOVATION_CLUSTERS", "DAGSTER"))
    }
    environment = {**inherited, "COLUMNS": "250", "DAGSTER_HOME": str(world / "dagster_home")}
    return subprocess.Popen(
        [*command], cwd=world, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def refresh(world: Path, month: str, *options: str) -> subprocess.Popen[str]:
    return start(world, PROGRAM, "refresh", "--month", month, "--select", MADE, *options)


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    output, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    return output, said


def rows(world: Path) -> list[pl.DataFrame]:
    warehouse = Warehouse(world / "warehouse.duckdb")
    tables = ("sources.drops", "organisations.source_records", "organisations.anchors")
    return [warehouse.read(f"select * from {table} order by all") for table in tables]


def has_the_turn(world: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a process is the one that makes months."""
    file = world / "warehouse.duckdb.turn"
    for _ in range(3000):
        if file.exists() and f"(process {process.pid})" in file.read_text(encoding="utf-8"):
            return
        time.sleep(0.1)
    raise AssertionError("the process never had its turn")


@pytest.fixture(scope="module")
def drops(empty_file: Path, empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drops")
    few_drops(folder / "sources", MONTHS)
    shutil.copy(empty_file, folder / "warehouse.duckdb")
    copy_home(empty_home, folder / "dagster_home")
    return folder


@pytest.fixture(scope="module")
def in_order(drops: Path, tmp_path_factory: pytest.TempPathFactory) -> list[pl.DataFrame]:
    world = Path(shutil.copytree(drops, tmp_path_factory.mktemp("in_order") / "world"))
    ended(start(world, PROGRAM, "backfill", "--from", FIRST, "--to", LATER, "--select", MADE))
    return rows(world)


@pytest.fixture(scope="module")
def left(drops: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The later month made first, then the first one alone; and what that run said."""
    world = Path(shutil.copytree(drops, tmp_path_factory.mktemp("left") / "world"))
    ended(refresh(world, LATER))
    yield world, ended(refresh(world, FIRST, "--only"))[1]


def test_a_later_month_that_is_left_is_named_with_the_remedy(left: tuple[Path, str]):
    assert (
        f"{LATER} was made before this and is out of date (--only leaves it as it is): "
        f"make it again (innovation-clusters refresh --month {LATER})"
    ) in left[1]


def test_after_a_run_of_the_ui_the_later_month_is_asked_for(left: tuple[Path, str]):
    settings = Settings(warehouse=str(left[0] / "warehouse.duckdb"))
    sensor = later_month_sensor(settings, all_steps(settings))
    with dg.DagsterInstance.from_config(str(left[0] / "dagster_home")) as instance:
        run = instance.get_runs(limit=1)[0]
        success = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_SUCCESS)[0].dagster_event
        context = dg.build_run_status_sensor_context("later_month", success, instance, run)
        asked = sensor(context)
    assert isinstance(asked, dg.RunRequest)
    assert asked.partition_key == LATER
    assert asked.asset_selection == [
        dg.AssetKey(["organisations", "source_records"]),
        dg.AssetKey(["organisations", "source_places"]),
        dg.AssetKey(["organisations", "anchors"]),
    ]


def test_the_later_of_two_at_once_is_made_again_after_the_first(
    drops: Path, tmp_path: Path, in_order: list[pl.DataFrame]
):
    world = Path(shutil.copytree(drops, tmp_path / "world"))
    later = refresh(world, LATER)
    has_the_turn(world, later)
    later.send_signal(signal.SIGSTOP)
    try:
        first = refresh(world, FIRST)
        assert first.stderr is not None
        waits = first.stderr.readline()
    finally:
        later.send_signal(signal.SIGCONT)
    assert f"the making of {FIRST} waits for" in waits
    assert f"of {LATER} (process {later.pid}): months of a warehouse are made one at a time" in waits
    assert FOLLOWS not in ended(later)[0]
    output, _ = ended(first)
    assert output.index(f"{FIRST} made in") < output.index(FOLLOWS) < output.index(f"{LATER} made in")
    assert all(one.equals(other) for one, other in zip(rows(world), in_order, strict=True))
    assert "3 steps taken over" in ended(refresh(world, LATER))[0]
    assert not [path for path in world.iterdir() if path.name.endswith(".turn")]


def test_a_run_that_dagster_starts_waits_for_its_turn(drops: Path, tmp_path: Path):
    world = Path(shutil.copytree(drops, tmp_path / "world"))
    program = Path(sys.executable).with_name("dagster")
    with turn(world / "warehouse.duckdb", "the making of 2024-12", print):
        run = start(
            world,
            *(program, "asset", "materialize", "--select", "group:sources or group:reference", "--partition", FIRST),
            *("-m", "pipelines.definitions"),
        )
        assert run.stderr is not None
        waits = next((line for line in run.stderr if "waits for" in line), "")
    run.communicate(timeout=600)
    assert f"of {FIRST} waits for the making of 2024-12 (process {os.getpid()})" in waits
    assert run.returncode == 0
    assert Warehouse(world / "warehouse.duckdb").read("from sources.drops").height > 0


def test_who_was_killed_keeps_no_turn(tmp_path: Path):
    script = (
        "import sys, time; from assets.warehouse.turns import turn\nwith turn(sys.argv[1], 'x', print): time.sleep(99)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "warehouse.duckdb")])
    has_the_turn(tmp_path, holder)
    holder.kill()
    holder.wait()
    waits: list[str] = []
    with turn(tmp_path / "warehouse.duckdb", "another", waits.append):
        pass
    assert waits == []


def test_a_process_that_has_the_turn_keeps_it_through_what_it_makes(tmp_path: Path):
    file = tmp_path / "warehouse.duckdb.turn"
    with turn(tmp_path / "warehouse.duckdb", "all", print):
        with turn(tmp_path / "warehouse.duckdb", "a part", print):
            assert file.read_text(encoding="utf-8") == f"a part (process {os.getpid()})"
        assert file.read_text(encoding="utf-8") == f"all (process {os.getpid()})"
    assert not file.exists()
