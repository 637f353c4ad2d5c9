"""A run's figures for a monitoring system, as a file in Prometheus' text format.

What belongs here: which figures, read from the run's events. What does not: when the file is written (`alerting`), a
server of metrics: a node exporter's textfile collector reads the folder.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from assets.warehouse.dagster_assets import PARTITION_TAG

FILE = "innovation_clusters_{job}.prom"
"""One for each job: the newest run of it that has ended."""
ROWS, MEMORY = "dagster/partition_row_count", "peak memory (MB)"
"""Of a materialisation's metadata."""
MEGABYTE = 1_000_000
READ = {
    dg.DagsterEventType.STEP_SUCCESS,
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}


def write_metrics(folder: Path, instance: dg.DagsterInstance, record: dg.RunRecord) -> Path:
    """Write the file of a run that has ended, in place of that of the job's run before; readers see a whole one.

    The folder is made where it is missing. Raises OSError where it cannot be written.
    """
    run = record.dagster_run
    figures = _Figures(run.job_name)
    succeeded = run.status == dg.DagsterRunStatus.SUCCESS
    month = run.tags.get(PARTITION_TAG, "")
    figures.set("run_info", "The newest run of the job that has ended", 1, run_id=run.run_id, month=month)
    figures.set("run_success", "Whether it succeeded", float(succeeded))
    figures.set("run_seconds", "Seconds from its start to its end", (record.end_time or 0) - (record.start_time or 0))
    figures.set("run_end_timestamp_seconds", "When it ended, in seconds since 1970", record.end_time or 0)
    last = record.end_time if succeeded else _last_success(instance, run.job_name)
    if last is not None:
        figures.set("last_success_timestamp_seconds", "When a run of the job last succeeded", last)
    figures.of_events(instance, run.run_id)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE.format(job=run.job_name.strip("_"))
    write_to_textfile(str(path), figures.registry)
    # Counts and seconds: the agent that reads them is another user's.
    path.chmod(0o644)
    return path


class _Figures:
    """Gauges of one job."""

    def __init__(self, job: str) -> None:
        self.registry = CollectorRegistry()
        self.job = job
        self.gauges: dict[str, Gauge] = {}

    def set(self, name: str, what: str, value: float, **labels: str) -> None:
        """Give a gauge a value; its labels are the job's and those given."""
        if name not in self.gauges:
            self.gauges[name] = Gauge(
                f"innovation_clusters_{name}", what, ["job_name", *labels], registry=self.registry
            )
        self.gauges[name].labels(self.job, *labels.values()).set(value)

    def of_events(self, instance: dg.DagsterInstance, run_id: str) -> None:
        """Steps, tables and checks of the run."""
        checks = {"passed": 0, "warned": 0, "failed": 0}
        for name in checks:
            self.set("checks", "Checks of the run, by outcome", 0, outcome=name)
        peak = 0.0
        for entry in instance.all_logs(run_id, of_type=READ):
            event = entry.dagster_event
            if event is None:
                continue
            if event.is_step_success:
                step = str(event.step_key).replace("__", ".")
                self.set("step_seconds", "Seconds of a step", event.step_success_data.duration_ms / 1000, step=step)
            elif event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
                metadata = event.step_materialization_data.materialization.metadata
                table = event.step_materialization_data.materialization.asset_key.to_user_string().replace("/", ".")
                if (rows := _number(metadata.get(ROWS))) is not None:
                    self.set("table_rows", "Rows that a table has of the month", rows, table=table)
                peak = max(peak, _number(metadata.get(MEMORY)) or 0.0)
            else:
                check = event.asset_check_evaluation_data
                is_warning = check.severity == dg.AssetCheckSeverity.WARN
                outcome = "passed" if check.passed else "warned" if is_warning else "failed"
                checks[outcome] += 1
        for outcome, number in checks.items():
            self.set("checks", "Checks of the run, by outcome", number, outcome=outcome)
        self.set("peak_memory_bytes", "The most memory that the process had in a step", peak * MEGABYTE)


def _number(value: object) -> float | None:
    return value.value if isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue) else None


def _last_success(instance: dg.DagsterInstance, job: str) -> float | None:
    """When a run of a job last succeeded, in seconds since 1970; None where none has."""
    found = instance.get_run_records(dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1)
    return found[0].end_time if found else None
