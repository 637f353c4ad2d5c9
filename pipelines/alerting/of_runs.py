"""What runs that have ended give to tell: a month that was not made, and checks that do not hold.

What belongs here: reading a run's events. What does not: which runs are looked at (`telling`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import dagster as dg

from assets.warehouse.dagster_assets import PARTITION_TAG
from pipelines.alerting.messages import Message, Weight, where_to_look
from pipelines.alerting.setting import DETAILS, Alerts
from pipelines.causes import first_cause, is_interruption

WITHOUT_VALUES = {"DiskFullError", "WarehouseError", "WarehouseHeldError", "ClusterError", "ClusterLostError"}
"""Errors whose words name files, machines and processes, and nothing that a drop or a table holds."""
BEGUN_WITHOUT_VALUES = {"DropsRefusedError", "ChecksFailedError"}
"""Errors whose words up to the first colon say what happened; after it they quote values."""
TOLD = {
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.RUN_FAILURE,
}


def of_run(instance: dg.DagsterInstance, run: dg.DagsterRun, alerts: Alerts, warehouse: str) -> Message | None:
    """What to tell of a run that has ended; None where all is well, or a person ended it."""
    events = [entry.dagster_event for entry in instance.all_logs(run.run_id, of_type=TOLD) if entry.dagster_event]
    failures = [event for event in events if event.is_step_failure]
    if any(is_interruption(event) for event in failures):
        return None
    checks = [event.asset_check_evaluation_data for event in events if _is_check(event)]
    broken = [check for check in checks if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR]
    warned = [check for check in checks if not check.passed and check.severity == dg.AssetCheckSeverity.WARN]
    look = where_to_look(alerts, warehouse, run.run_id)
    what = run.tags.get(PARTITION_TAG) or run.job_name
    if run.status == dg.DagsterRunStatus.FAILURE:
        lines = [_failed(event, alerts.tells_details) for event in failures] or _ended_without_a_step(events)
        lines += [f"- failed check {_in_words(check)}" for check in broken]
        lines += [f"- warning {_in_words(check)}" for check in warned]
        hint = [] if alerts.tells_details else [f"What was wrong, value by value, stands in the run ({DETAILS})."]
        title = f"Innovation clusters: {what} was not made ({run.job_name})"
        return Message(f"run:{run.run_id}", title, (*lines, *hint, *look))
    if not broken and not warned:
        return None
    found = [f"- failed check {_in_words(check)}" for check in broken]
    found += [f"- warning {_in_words(check)}" for check in warned]
    title = f"Innovation clusters: {what} was made, and {_counted(len(broken), len(warned))} ({run.job_name})"
    # A month that is made again and warns of the same is not told again.
    digest = hashlib.sha256("\n".join([str(what), *sorted(found)]).encode()).hexdigest()[:16]
    return Message(f"checks:{digest}", title, (*found, *look), Weight.failure if broken else Weight.warning)


def _is_check(event: dg.DagsterEvent) -> bool:
    return event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION


def _counted(broken: int, warned: int) -> str:
    """`1 check failed and 2 checks warn`."""
    failed = f"{broken} check{'s' if broken > 1 else ''} failed" if broken else ""
    warn = f"{warned} check{'s warn' if warned > 1 else ' warns'}" if warned else ""
    return " and ".join(filter(None, (failed, warn)))


def _in_words(check: dg.AssetCheckEvaluation) -> str:
    """Which check of which table, and how many rows: no row of it, as its description has."""
    rows = check.metadata.get("failing rows")
    many = f": {rows.value} row{'s' if rows.value != 1 else ''}" if isinstance(rows, dg.IntMetadataValue) else ""
    return f"{check.check_name} of {check.asset_key.to_user_string()}{many}"


def _failed(event: dg.DagsterEvent, tells_details: bool) -> str:
    """Which step failed, and what of: the kind of it alone where the words could quote what a drop holds."""
    step, error = str(event.step_key).replace("__", "."), first_cause(event)
    data = event.step_failure_data.user_failure_data
    said = (data.description if data and data.description else None) or (error.message if error else "") or ""
    said = " ".join(said.split())
    kind = error.cls_name if error and error.cls_name else ""
    if tells_details or kind in WITHOUT_VALUES:
        return f"- step {step}: {said or kind or 'it says no more'}"
    if kind in BEGUN_WITHOUT_VALUES:
        return f"- step {step}: {said.partition(':')[0]}"
    return f"- step {step}: {kind or 'failed'}"


def _ended_without_a_step(events: Sequence[dg.DagsterEvent]) -> list[str]:
    """What Dagster says of a run that failed though no step of it did: its process was killed, most likely."""
    said = [event.message for event in events if event.event_type == dg.DagsterEventType.RUN_FAILURE and event.message]
    return [f"- no step failed: {' '.join(said[-1].split()) if said else 'it says no more'}"]
