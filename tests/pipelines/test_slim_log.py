"""A log of slim events: Dagster's own tools find in it what they find in their own, in less room."""

import re
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import text

from pipelines.held_storage import instance_of
from pipelines.slim_log import SlimEventLog, SlimSqliteStorage, instance_with

PARTITIONS = dg.StaticPartitionsDefinition(["2025-04", "2025-05"])
KEYS = [dg.AssetKey("number"), dg.AssetKey("double")]
CHECK = dg.AssetCheckKey(KEYS[0], "is_one")
ON_THE_WAY = {
    dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.STEP_OUTPUT,
}
TIMES = r"\S+s\.?$|\(pid: \d+\)"
OF_APRIL = {"dagster/partition": "2025-04"}
FAILS = "fails"
"""Tag of a run whose second asset fails."""


@dg.asset(partitions_def=PARTITIONS, check_specs=[dg.AssetCheckSpec(CHECK.name, asset=KEYS[0])])
def number() -> dg.MaterializeResult:
    """One."""
    return dg.MaterializeResult(metadata={"value": 1}, check_results=[dg.AssetCheckResult(passed=True)])


@dg.asset(partitions_def=PARTITIONS, deps=[number])
def double(context: dg.AssetExecutionContext) -> None:
    """Two, where it does not fail."""
    context.log.info("doubling")
    if context.run.tags.get(FAILS) == "true":
        raise dg.Failure("as it was told")


def definitions() -> dg.JobDefinition:
    assets = dg.Definitions(assets=[number, double], jobs=[dg.define_asset_job("both", partitions_def=PARTITIONS)])
    return assets.resolve_job_def("both")


def run(instance: dg.DagsterInstance, partition: str, fails: bool = False) -> str:
    tags = {FAILS: "true"} if fails else {}
    made = definitions().execute_in_process(instance=instance, partition_key=partition, raise_on_error=False, tags=tags)
    assert made.success is not fails
    return made.run_id


def own(home: Path) -> dg.DagsterInstance:
    return dg.DagsterInstance.from_config(str(home))


def slim(home: Path) -> dg.DagsterInstance:
    return instance_with(home, SlimSqliteStorage)


def seen(instance: dg.DagsterInstance, run_id: str) -> list[tuple[object, ...]]:
    """What a person sees of a run's log, but for what was on the way."""
    return [
        (entry.step_key, re.sub(TIMES, "", entry.message), entry.dagster_event_type, entry.asset_materialization)
        for entry in instance.all_logs(run_id)
        if entry.dagster_event_type not in ON_THE_WAY
    ]


def stored_bytes(instance: dg.DagsterInstance, run_id: str) -> int:
    log = instance.event_log_storage
    with log.run_connection(run_id) as connection:
        return connection.execute(text("select sum(length(event)) from event_logs")).scalar()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    return tmp_path


def told_of(entries: list[tuple[object, ...]]) -> list[object]:
    """What was told of each table that was made."""
    return [entry[3].metadata for entry in entries if entry[3]]


@pytest.mark.parametrize("opened", [slim, instance_of])
def test_dagsters_own_tools_see_the_same_in_it(opened: Callable[[Path], dg.DagsterInstance], home: Path):
    with opened(home) as instance:
        assert isinstance(instance.event_log_storage, SlimEventLog)
        small = run(instance, "2025-04")
        whole = told_of(seen(instance, small))
    with own(home) as instance:
        assert not isinstance(instance.event_log_storage, SlimEventLog)
        usual = run(instance, "2025-04")
        shown, expected = seen(instance, small), seen(instance, usual)
        assert [entry[:3] for entry in shown] == [entry[:3] for entry in expected]
        # What was told of a table stands at the table; this log puts it back into what it reads of a run.
        assert told_of(shown) == [{}, {}]
        assert whole == told_of(expected) == [{"value": dg.IntMetadataValue(1)}, {}]
        latest = dg.AssetRecordsFilter(KEYS[0], asset_partitions=["2025-04"])
        made = [record.asset_materialization for record in instance.fetch_materializations(latest, limit=2).records]
        assert [each.metadata for each in made] == [{"value": dg.IntMetadataValue(1)}] * 2
        assert [sorted(each.tags) for each in made] == [sorted(made[1].tags)] * 2
        assert stored_bytes(instance, small) < 0.7 * stored_bytes(instance, usual)
        stats = {stat.step_key: stat.status for stat in instance.get_run_step_stats(small)}
        assert stats == {stat.step_key: stat.status for stat in instance.get_run_step_stats(usual)}
        history = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=9)
        assert {execution.run_id for execution in history if execution.status.value == "SUCCEEDED"} == {small, usual}


def of_checks(instance: dg.DagsterInstance, run_id: str) -> int:
    """Events of a run's checks in the file of all runs."""
    query = "select count(*) from event_logs where run_id = :run and dagster_event_type like 'ASSET_CHECK%'"
    with instance.event_log_storage.index_connection() as connection:
        return connection.execute(text(query), {"run": run_id}).scalar()


def test_what_nobody_looks_up_of_checks_goes_once_the_run_has_succeeded(home: Path):
    with slim(home) as instance:
        made, failed = run(instance, "2025-04"), run(instance, "2025-05", fails=True)
        assert (of_checks(instance, made), of_checks(instance, failed)) == (0, 2)
        found = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=9)
        assert {execution.run_id for execution in found if execution.status.value == "SUCCEEDED"} == {made, failed}
        assert {execution.run_id for execution in found if execution.status.value != "SUCCEEDED"} <= {failed}


def test_a_failed_run_goes_on_from_where_it_failed(home: Path):
    with slim(home) as instance:
        failed = run(instance, "2025-04", fails=True)
        with dg.execute_job(
            dg.reconstructable(definitions),
            instance,
            tags=OF_APRIL,
            reexecution_options=dg.ReexecutionOptions.from_failure(failed, instance),
            raise_on_error=False,
        ) as again:
            assert again.success
            assert {event.step_key for event in again.all_events if event.is_step_start} == {"double"}


def test_a_part_of_a_run_that_succeeded_can_be_run_again(home: Path):
    with slim(home) as instance:
        made = run(instance, "2025-04")
        part = dg.ReexecutionOptions(parent_run_id=made, step_selection=["double"])
        with dg.execute_job(
            dg.reconstructable(definitions), instance, tags=OF_APRIL, reexecution_options=part, raise_on_error=False
        ) as again:
            assert again.success
            assert [event.step_key for event in again.all_events if event.is_step_success] == ["double"]
