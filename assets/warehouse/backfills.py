"""The months of a backfill in order: none is made where one before it was not, for clusters keep their identity.

What belongs here: what of a backfill stands before a month of it, as its runs in the instance tell, and what is said
and done where that is not as it should be. What does not: whose turn it is to make months (`turns`); in which order
Dagster starts runs, which is that of their months, one at a time as long as the instance's settings say so.

To declare a table as dependent on itself of the month before would keep the order too. Dagster then makes each such
table in a run of its own, so that a month would be made in pieces.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import dagster as dg

PARTITION_TAG = "dagster/partition"
BACKFILL_TAG = "dagster/backfill"
LOOK_EVERY_SECONDS = 1.0
NOT_BEGUN = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED)


def hindrance(instance: dg.DagsterInstance, run: dg.DagsterRun, tell: Callable[[str], None]) -> str | None:
    """Why a run is not to make its month, as a sentence; None where it may, as each that is of no backfill may.

    Waits for months of the backfill before it that are being made, and tells of it once. A run that executes another
    again is of that one's backfill.
    """
    backfill, month = _backfill(instance, run), run.tags.get(PARTITION_TAG)
    if backfill is None or month is None:
        return None
    told = False
    while True:
        earlier = [*_latest(instance, backfill, month)]
        for record in earlier:
            if problem := _problem(instance, record):
                before = record.dagster_run.tags[PARTITION_TAG]
                return (
                    f"{month} is not made: {before} comes before it in the same backfill, and {problem}. Clusters keep "
                    f"their identity from month to month: make {before} first, then {month}"
                )
        under_way = [record.dagster_run for record in earlier if not record.dagster_run.is_finished]
        if not under_way:
            return None
        if not told:
            tell(f"{month} waits for run {under_way[0].run_id} of {under_way[0].tags[PARTITION_TAG]}, of its backfill")
            told = True
        time.sleep(LOOK_EVERY_SECONDS)


def end_what_follows(instance: dg.DagsterInstance, run: dg.DagsterRun, why: str) -> list[str]:
    """Cancel the runs of later months of a run's backfill that have not begun; returns their months, in order."""
    backfill, month = run.tags.get(BACKFILL_TAG), run.tags.get(PARTITION_TAG)
    if backfill is None or month is None:
        return []
    waiting = dg.RunsFilter(tags={BACKFILL_TAG: backfill}, statuses=[dg.DagsterRunStatus.QUEUED])
    ended = []
    for queued in instance.get_runs(filters=waiting):
        if (later := queued.tags.get(PARTITION_TAG, "")) > month:
            instance.report_run_canceled(queued, f"{later} is not made, for it follows from {month}: {why}.")
            ended.append(later)
    return sorted(ended)


def _backfill(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str | None:
    """The backfill that a run is of, or the one that it executes again: Dagster takes the tag away from these."""
    first = instance.get_run_by_id(run.root_run_id) if run.root_run_id else None
    return run.tags.get(BACKFILL_TAG) or (first.tags.get(BACKFILL_TAG) if first else None)


def _latest(instance: dg.DagsterInstance, backfill: str, month: str) -> Iterator[dg.RunRecord]:
    """The latest run of each month of a backfill before a month, the earliest month first."""
    latest: dict[str, dg.RunRecord] = {}
    for record in instance.get_run_records(filters=dg.RunsFilter(tags={BACKFILL_TAG: backfill})):
        of_month = record.dagster_run.tags.get(PARTITION_TAG, month)
        if of_month < month:
            latest.setdefault(of_month, record)
    return (latest[of_month] for of_month in sorted(latest))


def _problem(instance: dg.DagsterInstance, record: dg.RunRecord) -> str | None:
    """What of an earlier month's run there is against making a later one; None where it succeeded or is being made."""
    run = record.dagster_run
    if run.status in NOT_BEGUN:
        return f"its run {run.run_id} has not begun"
    if run.is_failure_or_canceled and not _made_since(instance, record):
        return f"its run {run.run_id} did not make it"
    return None


def _made_since(instance: dg.DagsterInstance, record: dg.RunRecord) -> bool:
    """Whether all that a run was to make of its month was made, by itself or by later runs that succeeded."""
    failed = record.dagster_run
    left = _assets(instance, failed, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)
    if not left:
        return False
    left -= _assets(instance, failed, dg.DagsterEventType.ASSET_MATERIALIZATION)
    later = dg.RunsFilter(
        tags={PARTITION_TAG: failed.tags[PARTITION_TAG]},
        statuses=[dg.DagsterRunStatus.SUCCESS],
        created_after=record.create_timestamp,
    )
    for run in instance.get_runs(filters=later):
        left -= _assets(instance, run, dg.DagsterEventType.ASSET_MATERIALIZATION)
    return not left


def _assets(instance: dg.DagsterInstance, run: dg.DagsterRun, kind: dg.DagsterEventType) -> set[dg.AssetKey]:
    """The assets that a run's events of a kind are of."""
    events = (entry.dagster_event for entry in instance.all_logs(run.run_id, of_type=kind))
    return {event.asset_key for event in events if event is not None and event.asset_key is not None}
