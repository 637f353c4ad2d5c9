"""A run's figures in Prometheus' text format, read back by its own parser."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipelines.metrics import MEMORY, ROWS, write_metrics
from tests.support import copy_home

MONTHS = dg.StaticPartitionsDefinition(["2025-05"])
KEY = ["spatial", "groups"]


@dg.asset(
    key=KEY, partitions_def=MONTHS, check_specs=[dg.AssetCheckSpec(name, asset=KEY) for name in ("holds", "warns")]
)
def groups(context: dg.AssetExecutionContext) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    """A table."""
    yield dg.AssetCheckResult(passed=True, check_name="holds")
    yield dg.AssetCheckResult(passed=False, check_name="warns", severity=dg.AssetCheckSeverity.WARN)
    if "fails" in context.run.tags:
        raise ValueError
    yield dg.MaterializeResult(metadata={ROWS: 1234, MEMORY: 700})


def figures(path: Path) -> dict[str, float]:
    """`name{label values}` -> value."""
    found = {}
    for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
        for sample in family.samples:
            labels = ",".join(value for name, value in sample.labels.items() if name != "job_name")
            found[f"{sample.name.removeprefix('innovation_clusters_')}{{{labels}}}"] = sample.value
    return found


def test_a_runs_file_has_its_time_steps_rows_checks_and_memory(
    empty_home: Path, tmp_path: Path, request: pytest.FixtureRequest
):
    before = os.umask(0o027)
    request.addfinalizer(lambda: os.umask(before))
    with dg.DagsterInstance.from_config(str(copy_home(empty_home, tmp_path / "dagster_home"))) as instance:

        def run(**tags: str) -> tuple[dg.RunRecord, dict[str, float]]:
            run_id = dg.materialize(
                [groups], instance=instance, partition_key="2025-05", tags=tags, raise_on_error=False
            ).run_id
            record = instance.get_run_record_by_id(run_id)
            assert record is not None and record.end_time is not None
            return record, figures(write_metrics(tmp_path / "metrics", instance, record))

        record, good = run()
        assert good[f"run_info{{2025-05,{record.dagster_run.run_id}}}"] == 1
        assert good["run_success{}"] == 1
        assert good["run_seconds{}"] == (record.end_time or 0) - (record.start_time or 0)
        assert good["last_success_timestamp_seconds{}"] == good["run_end_timestamp_seconds{}"] == record.end_time
        assert good["step_seconds{spatial.groups}"] > 0
        assert good["table_rows{spatial.groups}"] == 1234
        assert [good[f"checks{{{name}}}"] for name in ("passed", "warned", "failed")] == [1, 1, 0]
        assert good["peak_memory_bytes{}"] == 700_000_000
        (path,) = (tmp_path / "metrics").iterdir()
        assert path.stat().st_mode & 0o777 == 0o644
        _, failed = run(fails="yes")
        assert failed["run_success{}"] == 0
        assert failed["last_success_timestamp_seconds{}"] == record.end_time
        assert "table_rows{spatial.groups}" not in failed
    assert len([*(tmp_path / "metrics").iterdir()]) == 1, "one file a job, and nothing beside it"
