"""Work by a Dask cluster: a scheduler and workers on loopback, each a process, some of them killed."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from assets.cluster import SETTING, WAIT_SETTING, Cluster, ClusterError, ClusterLostError, Members
from assets.method import MethodProfile, SpatialMethod
from assets.methods.communities.graph import Bipartite
from assets.methods.communities.scan import scan
from assets.methods.groups.sector_groups import Contrast, Found, background_of, firm_numbers
from assets.methods.groups.sectors import Runs, each_sector
from assets.methods.scan.null import Null, NullSettings, simulate_null
from assets.methods.scan.scan import WindowRules
from assets.network.steps import STEPS as NETWORK
from assets.spatial.steps import STEPS as SPATIAL
from assets.spatial.steps import groups
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from assets.warehouse.step_code import libraries_of
from assets.work import Threads, over
from pipelines.cli import app
from pipelines.commands.telling import console
from tests.dask_cluster import ROOT, DaskCluster, dask_cluster
from tests.doing import Counting, SentOnce, deadly, fail, plus, unhurried, with_shared
from tests.methods.communities.networks import random_network
from tests.methods.towns import uneven_sites
from tests.spatial.test_steps import DENSITY, POINTS, SCAN, country, settle
from tests.support import MONTH, make

Process = subprocess.Popen[bytes]
WAIT_S = 60.0


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler and two workers that stay."""
    with dask_cluster(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.fixture(scope="module")
def engine(dask: DaskCluster) -> Cluster:
    return Cluster(dask.address, wait_s=WAIT_S)


def test_results_stand_in_the_order_of_the_items_whoever_made_them(engine: Cluster) -> None:
    results = over(range(60), unhurried, engine, 5)
    assert [result for result, _ in results] == list(range(5, 65))
    assert len({process for _, process in results}) == 2
    assert over([], plus, engine, 5) == []


def test_no_more_than_so_much_is_under_way(engine: Cluster) -> None:
    counting = Counting()
    weights = [1, 3, 2, 9, 1, 1, 4, 2, 2, 5]
    assert over(counting.items(weights), plus, engine, 0, keep=counting.keep, weigh=float, most=4) == weights
    assert all(under_way <= 4 or of == 1 for under_way, of in counting.before_next)
    # Where nothing is said of weights: two items to each of the two threads.
    counting = Counting()
    over(counting.items([1] * 100), plus, engine, 0, keep=counting.keep)
    assert max(of for _, of in counting.before_next) <= 4


def test_what_work_raises_is_raised_as_it_is_and_the_rest_given_up(engine: Cluster) -> None:
    counting = Counting()
    with pytest.raises(ZeroDivisionError, match="^item 5$"):
        over(counting.items(range(10_000)), fail, engine, 5)
    assert len(counting.taken) < 10_000
    assert over([1], plus, engine, 1) == [2]


def test_what_is_shared_is_sent_once(engine: Cluster) -> None:
    SentOnce.sent = 0
    assert over(range(50), with_shared, engine, SentOnce()) == list(range(50))
    assert SentOnce.sent == 1


def test_communities_by_the_scan_are_those_of_threads(engine: Cluster) -> None:
    graph: Bipartite = random_network(60, 200, 3)
    is_firm = np.ones(graph.organisations, dtype=np.bool_)
    method = MethodProfile(name="test").network.model_copy(update={"community_null_draws": 3, "network_seed": 5})
    one, other = scan(graph, is_firm, method, Threads(1)), scan(graph, is_firm, method, engine)
    np.testing.assert_array_equal(one.labels, other.labels)
    np.testing.assert_array_equal(one.p_value, other.p_value)
    assert (one.candidates, one.null_candidates) == (other.candidates, other.null_candidates)


def test_rows_of_a_step_and_the_scans_null_are_those_of_threads(warehouse: Warehouse, engine: Cluster) -> None:
    settle(warehouse, country())
    make(warehouse, POINTS)
    tables = ("spatial.runs", "spatial.groups", "spatial.group_members", "spatial.scan_null")
    found = []
    for one in (Threads(1), engine):
        run_step(groups, warehouse, MONTH, [SCAN, DENSITY], engine=one)
        found.append([warehouse.read(f"select * from {table} order by all") for table in tables])
        with warehouse.transaction() as connection:
            # Else the second would use the null of the first.
            connection.execute("delete from spatial.scan_null")
    assert all(table.height for table in found[0])
    assert all(one.equals(two) for one, two in zip(*found, strict=True))


def test_doctor_says_who_works(engine: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine.members() == Members(workers=2, threads=2)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "width", 400)
    assert "threads of the process:" in CliRunner().invoke(app, ["doctor"]).output
    monkeypatch.setenv(SETTING, engine.address)
    assert f"Dask cluster {engine.address}: 2 workers, threads in all: 2" in CliRunner().invoke(app, ["doctor"]).output
    address = nobodys_address()
    monkeypatch.setenv(SETTING, address)
    monkeypatch.setenv(WAIT_SETTING, "0.5")
    shown = CliRunner().invoke(app, ["doctor"])
    assert f"no Dask scheduler answered at {address} ({SETTING}) within 0.5 seconds" in shown.output
    assert shown.exit_code == 1


def nobodys_address() -> str:
    """An address of this machine where nothing listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{unused.getsockname()[1]}"


def test_a_scheduler_that_does_not_answer_is_named_with_the_remedy() -> None:
    address = nobodys_address()
    with pytest.raises(ClusterLostError) as raised:
        over([1], plus, Cluster(address, wait_s=0.5), 1)
    assert str(raised.value) == (
        f"no Dask scheduler answered at {address} (INNOVATION_CLUSTERS_CLUSTER) within 0.5 seconds: start it, mend the "
        "address, or take INNOVATION_CLUSTERS_CLUSTER away, and threads of this process do the work"
    )


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match="dask.distributed is not installed here: install the project with"):
        over([1], plus, Cluster("tcp://127.0.0.1:1"), 1)


def test_what_a_steps_rows_follow_from_is_the_same_with_and_without_a_cluster() -> None:
    for step in (*SPATIAL, *NETWORK):
        assert not [library for library in libraries_of(step) if library.startswith(("dask", "distributed"))]


def of_other_code(folder: Path) -> Path:
    """A folder with the project's modules, of which one is otherwise."""
    shutil.copytree(ROOT / "assets", folder / "assets", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "assets" / "months.py").open("a", encoding="utf-8") as module:
        module.write("OTHER = True\n")
    return folder


def runs_of_a_scan() -> tuple[Runs, list[pl.DataFrame]]:
    """Two frames of sectors among business sites, and what their runs share."""
    method = SpatialMethod.model_validate({"algorithm": "scan", "scan_null_draws": 20})
    places = uneven_sites(np.random.default_rng(5), 6_000)
    names = [f"{site:05d}" for site in range(6_000)]
    sites = pl.DataFrame(
        {
            "site_id": names,
            "organisation_id": names,
            "easting": places[:, 0],
            "northing": places[:, 1],
            "is_firm": True,
        }
    )
    background = background_of(sites.with_columns(pl.Series("firm", firm_numbers(sites))), method)
    rules = WindowRules(method.scan_min_samples, method.min_firms, method.max_link_m, 0.0)
    settings = NullSettings(draws=8, sizes=2, seed=3, min_draws=8, all_cases=1, all_sites=1)
    null = Null(simulate_null(background, [200, 400], rules, settings))
    frames = [
        pl.concat(
            sites.sample(300, seed=10 * frame + sector).with_columns(
                scheme=pl.lit(f"scheme {frame}"), sector=pl.lit(f"sector {sector}"), grid=pl.lit("gb")
            )
            for sector in range(6)
        )
        for frame in range(2)
    ]
    points = {(f"scheme {frame}", f"sector {sector}"): 300 for frame in range(2) for sector in range(6)}
    return Runs(method, {"gb": Contrast(background, null, "0")}, "code", (), points), frames


def test_workers_that_die_and_workers_of_other_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cluster and its end: each loss in turn."""
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "1")
    with dask_cluster(tmp_path / "dask") as dask:
        engine = Cluster(dask.address, wait_s=WAIT_S)
        scheduler, first, second = dask.processes
        a_worker_is_killed_among_sectors(engine, first)
        a_worker_of_other_code_comes_later(engine, dask, of_other_code(tmp_path / "other"))
        worker_after_worker_dies_over_an_item(engine, dask, second)
        nobody_is_left(Cluster(dask.address, wait_s=4.0), dask)
        dask.start_worker()
        dask.wait(1)
        the_scheduler_goes_away(engine, scheduler)


def a_worker_is_killed_among_sectors(engine: Cluster, worker: Process) -> None:
    runs, frames = runs_of_a_scan()

    def keep(found: Found) -> Found:
        # The first is there, others are under way.
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        return found

    found = each_sector(frames, runs, engine, keep)
    assert worker.returncode == -signal.SIGKILL
    expected = each_sector(frames, runs, Threads(2), lambda one: one)
    assert list(found) == list(expected)
    for sector in expected:
        for name in ("runs", "groups", "group_members"):
            assert getattr(found[sector], name).equals(getattr(expected[sector], name)), sector
    assert all(isinstance(one, Found) for one in found.values())
    assert engine.members().workers == 1


def a_worker_of_other_code_comes_later(engine: Cluster, dask: DaskCluster, folder: Path) -> None:
    def items() -> Iterator[int]:
        yield 0
        dask.start_worker(folder)
        dask.wait(2)
        yield from range(1, 200)

    said = (
        r"worker tcp://.* could make other rows than this process: the project's code is \w{12} there and \w{12} here"
    )
    with pytest.raises(ClusterError, match=said):
        over(items(), unhurried, engine, 5)
    with pytest.raises(ClusterError, match=said + r"\. Install the project there from the same commit"):
        over([1], plus, engine, 5)
    (folder / "assets" / "same_code.py").write_text("import no_such_library\n", encoding="utf-8")
    kill(dask.processes[-1])
    dask.start_worker(folder)
    dask.wait(2)
    with pytest.raises(ClusterError, match="cannot run the project .*No module named 'no_such_library'"):
        over([1], plus, engine, 5)
    kill(dask.processes[-1])


def kill(worker: Process) -> None:
    worker.kill()
    worker.wait()


def worker_after_worker_dies_over_an_item(engine: Cluster, dask: DaskCluster, left: Process) -> None:
    dask.start_worker()
    dask.start_worker()
    dask.wait(3)
    with pytest.raises(ClusterError, match="2 workers died, one after the other, as they worked on the same item"):
        over(range(3), deadly, engine, 1)
    assert engine.members().workers == 1


def nobody_is_left(engine: Cluster, dask: DaskCluster) -> None:
    def keep(result: object) -> object:
        for worker in dask.processes[1:]:
            kill(worker)
        return result

    with pytest.raises(ClusterLostError, match="has no workers, and the last one has been gone for 4 seconds: start"):
        over(range(50), unhurried, engine, 1, keep=keep)
    with pytest.raises(ClusterLostError, match="has no workers, and has had none for 4 seconds: start some, or take"):
        over(range(50), unhurried, engine, 1)


def the_scheduler_goes_away(engine: Cluster, scheduler: Process) -> None:
    def keep(result: object) -> object:
        kill(scheduler)
        return result

    with pytest.raises(ClusterLostError, match="went away in the middle of the work"):
        over(range(50), unhurried, engine, 1, keep=keep)
