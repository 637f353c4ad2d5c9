"""The code location as Dagster sees it."""

import dagster as dg
import pytest
from typer.testing import CliRunner

from assets.cluster import SETTING as CLUSTER
from assets.cluster import WAIT_SETTING as CLUSTER_WAIT
from assets.cluster import Cluster
from assets.fetch.dagster_assets import GROUP, POOL, UNCHANGED
from assets.fetch.registry import PUBLISHERS
from assets.warehouse.checks import rules
from assets.warehouse.declarations import declared_tables
from assets.warehouse.out_of_date import CHECK, TABLES
from assets.work import Threads
from pipelines.cli import app
from pipelines.definitions import all_steps, build_defs
from pipelines.settings import (
    BASE_MAP,
    BASE_MAP_ATTRIBUTION,
    MEMORY_LIMIT,
    PROFILE,
    PUBLICATION,
    SOURCES,
    THREADS,
    WAREHOUSE,
    Settings,
)


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_defs(Settings())


def test_every_declared_table_is_an_asset_of_its_layer_and_nothing_else_is(definitions: dg.Definitions):
    graph = definitions.resolve_asset_graph()
    tables = {key for key in graph.get_all_asset_keys() if key.path[0] != GROUP}
    assert {key.to_user_string().replace("/", ".") for key in tables} == set(declared_tables())
    for key in tables:
        node = graph.get(key)
        assert node.group_name == key.path[0]
        assert node.description
        assert node.owners
        assert {"duckdb"} < set(node.kinds)
        columns = [column.name for column in node.metadata["dagster/column_schema"].columns]
        assert columns == [column.name for column in declared_tables()[".".join(key.path)].columns]


def test_every_drop_that_can_be_fetched_is_an_asset(definitions: dg.Definitions):
    graph = definitions.resolve_asset_graph()
    fetched = {key for key in graph.get_all_asset_keys() if key.path[0] == GROUP}
    assert {key.path[1] for key in fetched} == set(PUBLISHERS)
    for key in fetched:
        node = graph.get(key)
        assert node.group_name == GROUP
        assert node.description
        assert node.owners
        assert not node.parent_keys


def test_every_rule_is_a_check_of_its_asset(definitions: dg.Definitions):
    keys = definitions.resolve_asset_graph().asset_check_keys
    of_tables = {(rule.table.replace(".", "/"), rule.name) for rule in rules()}
    of_drops = {(f"fetch/{dataset}", UNCHANGED) for dataset in PUBLISHERS}
    of_months = {(table.replace(".", "/"), CHECK) for table in TABLES}
    assert {(key.asset_key.to_user_string(), key.name) for key in keys} == of_tables | of_drops | of_months


def test_steps_stand_in_an_order_in_which_they_can_run():
    made: set[str] = set()
    for step in all_steps(Settings()):
        assert set(step.reads) - set(step.tables) <= made, f"{step.name} reads what is not made yet"
        assert not set(step.tables) & made, f"{step.name} makes what another step makes"
        made |= set(step.tables)


def test_writers_take_turns_in_one_pool_and_start_from_partitions(definitions: dg.Definitions):
    for asset in definitions.assets or []:
        assert isinstance(asset, dg.AssetsDefinition)
        assert asset.op.pool == (POOL if next(iter(asset.keys)).path[0] == GROUP else "warehouse")
        assert asset.partitions_def is not None
        assert "2025-05" in asset.partitions_def.get_partition_keys()


def test_the_refresh_is_scheduled_in_london_from_the_profiles_day_on(definitions: dg.Definitions):
    schedule = definitions.resolve_schedule_def("monthly_refresh")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 5 6-28 * *", "Europe/London")


def test_a_resource_given_by_name_takes_the_place_of_its_own():
    other = dg.ResourceDefinition.hardcoded_resource("other")
    assert build_defs(Settings(), warehouse=other).resources["warehouse"] is other


def test_settings_come_from_the_environment_and_go_back_to_it(monkeypatch: pytest.MonkeyPatch):
    given = {
        SOURCES: "drops",
        WAREHOUSE: "w.duckdb",
        PUBLICATION: "web",
        PROFILE: "dsit-v2, evidence",
        THREADS: "1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings.from_environment()
    assert settings == Settings(
        sources="drops", warehouse="w.duckdb", publication="web", profiles=("dsit-v2", "evidence"), threads=1
    )
    assert settings.to_environment() == {
        SOURCES: "drops",
        WAREHOUSE: "w.duckdb",
        PUBLICATION: "web",
        PROFILE: "dsit-v2,evidence",
        THREADS: "1",
    }
    monkeypatch.setenv(BASE_MAP, "https://tiles.example.org/{z}/{x}/{y}.png")
    with pytest.raises(ValueError, match=f"{BASE_MAP} needs {BASE_MAP_ATTRIBUTION}"):
        Settings.from_environment()
    monkeypatch.setenv(BASE_MAP_ATTRIBUTION, "Maps by Example")
    with_map = Settings.from_environment()
    assert with_map.to_environment() == {
        **settings.to_environment(),
        BASE_MAP: "https://tiles.example.org/{z}/{x}/{y}.png",
        BASE_MAP_ATTRIBUTION: "Maps by Example",
    }
    monkeypatch.setenv(THREADS, "many")
    with pytest.raises(ValueError, match="'many' is not a number of threads"):
        Settings.from_environment()


def test_a_cluster_is_given_by_its_schedulers_address(monkeypatch: pytest.MonkeyPatch):
    assert Settings.from_environment().cluster is None
    for address in ("tcp://10.0.0.1:8786", "tls://scheduler.example.org:8786", "tcp://[::1]:8786"):
        monkeypatch.setenv(CLUSTER, address)
        assert Settings.from_environment().cluster == address
    monkeypatch.setenv(CLUSTER_WAIT, "2.5")
    settings = Settings.from_environment()
    assert settings.to_environment().items() >= {(CLUSTER, "tcp://[::1]:8786"), (CLUSTER_WAIT, "2.5")}
    made = build_defs(settings).resources["warehouse"]
    assert made.engine() == Cluster("tcp://[::1]:8786", None, 2.5)
    assert build_defs(Settings(threads=3)).resources["warehouse"].engine() == Threads(3)
    for address in ("10.0.0.1:8786", "tcp://10.0.0.1", "http://10.0.0.1:8786", "tcp://a b:1"):
        monkeypatch.setenv(CLUSTER, address)
        with pytest.raises(ValueError, match="is no address of a Dask scheduler: give tcp://host:8786"):
            Settings.from_environment()
    monkeypatch.delenv(CLUSTER)
    for wait in ("soon", "0", "-1"):
        monkeypatch.setenv(CLUSTER_WAIT, wait)
        with pytest.raises(ValueError, match=f"'{wait}' is not a number of seconds"):
            Settings.from_environment()


def test_a_memory_limit_that_is_no_size_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(MEMORY_LIMIT, "lots")
    with pytest.raises(ValueError, match="INNOVATION_CLUSTERS_MEMORY_LIMIT: 'lots' is no size"):
        Settings.from_environment()
    shown = CliRunner().invoke(app, ["doctor"])
    assert shown.exit_code == 1
    assert "is no size" in shown.output
