"""Runs that are killed, and runs that wait for another, with real processes on a real instance."""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from assets.months import Month
from assets.warehouse import memory
from assets.warehouse.dagster_assets import POOL
from assets.warehouse.live_runs import LOCKS, alive
from pipelines.held_storage import instance_of
from pipelines.live_runs import FOR_MEMORY, end_dead_runs
from tests.pipelines.few_drops import few_drops
from tests.support import copy_home
from tests.warehouse.killing import contents

MONTH = Month(2025, 4)
PROGRAM = str(Path(sys.executable).with_name("innovation-clusters"))
KILLS, SEED = 2, 20261129
SECONDS_OF_A_RUN = 2.0
REFRESH = [PROGRAM, "refresh", "--month", str(MONTH), "--select", "sources"]


@pytest.fixture(scope="module")
def drops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drops")
    few_drops(folder / "sources", [MONTH])
    return folder


@pytest.fixture
def world(drops: Path, empty_file: Path, empty_home: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(drops, tmp_path / "world"))
    shutil.copy(empty_file, folder / "warehouse.duckdb")
    copy_home(empty_home, folder / "dagster_home")
    return folder


@dg.asset
def anything() -> int:
    """What a run makes that ends by itself."""
    return 1


def start(world: Path) -> subprocess.Popen[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("INNOVATION_CLUSTERS", "DAGSTER"))
    }
    return subprocess.Popen(
        REFRESH,
        cwd=world,
        env={**environment, "COLUMNS": "250"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def holders(world: Path) -> set[str]:
    """The runs that have the warehouse's place; a run that shows it lives has made the instance."""
    if not (world / "dagster_home" / LOCKS).is_dir():
        return set()
    with instance_of(world / "dagster_home") as instance:
        return {slot.run_id for slot in instance.event_log_storage.get_concurrency_info(POOL).claimed_slots}


def until_it_holds(world: Path) -> str:
    for _ in range(300):
        if found := holders(world):
            return found.pop()
        time.sleep(0.1)
    raise AssertionError("no run came to hold the warehouse")


def ended_by(world: Path, how: signal.Signals) -> tuple[str, str]:
    """A run that was ended while it had the warehouse's place, and what it said."""
    process = start(world)
    run_id = until_it_holds(world)
    process.send_signal(how)
    said = process.communicate(timeout=60)[1]
    assert process.returncode != 0
    return run_id, said


def statuses(world: Path) -> dict[str, dg.DagsterRunStatus]:
    with dg.DagsterInstance.from_config(str(world / "dagster_home")) as instance:
        return {run.run_id: run.status for run in instance.get_runs()}


def test_a_run_that_was_killed_is_marked_as_failed_by_the_next(world: Path):
    killed, said = ended_by(world, signal.SIGKILL)
    assert "interrupted" not in said
    assert holders(world) == {killed}
    assert statuses(world) == {killed: dg.DagsterRunStatus.STARTED}
    output, said = start(world).communicate(timeout=120)
    assert f"{MONTH} made in" in output, said
    assert f"run {killed} is marked as failed: its process ended without a word" in said
    found = statuses(world)
    assert found.pop(killed) == dg.DagsterRunStatus.FAILURE
    assert set(found.values()) == {dg.DagsterRunStatus.SUCCESS}
    assert holders(world) == set()
    assert [*(world / "dagster_home" / LOCKS).iterdir()] == []
    assert [*world.glob("step-*")] == []


def test_a_run_that_was_killed_at_any_moment_ends_like_one_that_nothing_killed(world: Path, tmp_path: Path):
    """A few moments: the campaign has more."""
    undisturbed = Path(shutil.copytree(world, tmp_path / "undisturbed"))
    draw = random.Random(SEED)
    for _ in range(KILLS):
        process = start(world)
        until_it_holds(world)
        time.sleep(draw.uniform(0.0, SECONDS_OF_A_RUN))
        process.kill()
        process.communicate()
    for folder in (world, undisturbed):
        output, said = start(folder).communicate(timeout=120)
        assert f"{MONTH} made in" in output, said
    assert contents(world / "warehouse.duckdb") == contents(undisturbed / "warehouse.duckdb")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_was_ended_holds_no_later_one_up(world: Path, how: signal.Signals):
    ended, said = ended_by(world, how)
    assert "sources.ingest: interrupted; what was made before stays" in said
    output, said = start(world).communicate(timeout=120)
    assert f"{MONTH} made in" in output, said
    assert statuses(world)[ended] in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
    assert holders(world) == set()
    assert [*(world / "dagster_home" / LOCKS).iterdir()] == []


def test_a_place_that_a_run_kept_beyond_its_end_is_free(world: Path):
    """As a run of the UI does whose process was killed: Dagster marks it as failed, and leaves it its place."""
    with instance_of(world / "dagster_home") as instance:
        ended = dg.materialize([anything], instance=instance).run_id
        instance.event_log_storage.initialize_concurrency_limit_to_default(POOL)
        assert instance.event_log_storage.claim_concurrency_slot(POOL, ended, "sources__ingest").is_claimed
    output, said = start(world).communicate(timeout=120)
    assert f"{MONTH} made in" in output, said
    assert "waits for" not in said
    assert holders(world) == set()


def test_a_run_that_lives_is_waited_for(world: Path):
    first = start(world)
    run_id = until_it_holds(world)
    first.send_signal(signal.SIGSTOP)
    try:
        second = start(world)
        assert second.stderr is not None
        assert select.select([second.stderr], [], [], 60)[0], "nothing was said within a minute"
        waits = second.stderr.readline()
    finally:
        first.send_signal(signal.SIGCONT)
    assert first.communicate(timeout=120)[1].count("marked as failed") == 0
    output, said = second.communicate(timeout=120)
    assert f"{MONTH} made in" in output, said
    assert "marked as failed" not in said
    assert f"the making of {MONTH} waits for run {run_id} of {MONTH} (process {first.pid})" in waits


def test_a_process_that_holds_the_file_is_named_while_it_is_waited_for(world: Path):
    hold = "import sys, duckdb; held = duckdb.connect('warehouse.duckdb'); print('on', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], cwd=world, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        run = start(world)
        assert run.stderr is not None
        assert select.select([run.stderr], [], [], 60)[0], "nothing was said within a minute"
        waits = run.stderr.readline()
        holder.kill()
    output, said = run.communicate(timeout=120)
    assert f"{MONTH} made in" in output, said
    assert f"sources.ingest waits for process {holder.pid} (python" in waits
    assert waits.rstrip().endswith(f"which holds {world / 'warehouse.duckdb'}")


@pytest.mark.parametrize(("killed_since", "says_why"), [(1, True), (0, False)])
def test_a_run_that_ran_out_of_memory_says_so(
    killed_since: int, says_why: bool, empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    counted = tmp_path / "vmstat"
    monkeypatch.setattr(memory, "COUNTED", counted)
    counted.write_text("pgfault 5\noom_kill 2\n")
    home = copy_home(empty_home, tmp_path / "home")
    with instance_of(home) as instance:
        run = instance.create_run_for_job(dg.JobDefinition(name="made", graph_def=dg.GraphDefinition("g")))
        lock = home / LOCKS / f"{run.run_id}.lock"
        with alive(home, run.run_id):
            left = {path: path.read_bytes() for path in lock.parent.iterdir()}
        assert [*lock.parent.iterdir()] == []
        # As a process that was killed leaves them.
        for path, content in left.items():
            path.write_bytes(content)
        counted.write_text(f"pgfault 5\noom_kill {2 + killed_since}\n")
        (said,) = end_dead_runs(instance, home)
        assert (FOR_MEMORY in said) == says_why
        assert any(said.partition(": ")[2] in entry.message for entry in instance.all_logs(run.run_id))
        assert end_dead_runs(instance, home) == []
        assert [*lock.parent.iterdir()] == []
