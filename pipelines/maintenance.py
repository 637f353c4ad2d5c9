"""Keeping the instance small: runs and their event logs grow for ever unless someone deletes them.

What belongs here: which runs go. What does not: the files that they took (`history_files`), which runs a month's state
rests on (`needed_runs`), any table of the warehouse.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from assets.months import TIME_ZONE
from assets.warehouse.kept_pictures import folder_in, remove_others
from pipelines.needed_runs import look_up

BATCH = 200


class PruneConfig(dg.Config):
    """What to keep."""

    keep_days: int = 400
    """Finished runs older than this many days are deleted, but for the last of each table and month; the default keeps
    last year's same month."""


@dg.op
def delete_old_runs(context: dg.OpExecutionContext, config: PruneConfig) -> int:
    """Delete finished runs older than `keep_days` that no month's state rests on, and give back the disk of all that
    are gone; returns how many."""
    from pipelines.history_files import compact, remove_leftovers, shared_files

    before = datetime.now(UTC) - timedelta(days=config.keep_days)
    # In this order: a run that ends meanwhile is none of the old ones.
    old = {*_finished_before(context.instance, before)}
    needed = look_up(context.instance)
    gone = old - needed.runs
    for run_id in gone:
        context.instance.delete_run(run_id)
    context.log.info(f"deleted {len(gone)} runs created before {before:%Y-%m-%d}")
    context.log.info(f"kept {len(old) - len(gone)} older ones: each is the last to make a table's month, or to try")
    named = set().union(*(files for run_id, files in needed.pictures.items() if run_id not in gone))
    pictures = remove_others(folder_in(context.instance.storage_directory()), named)
    context.log.info(f"removed {pictures} pictures that no run names any more")
    left = remove_leftovers(context.instance)
    context.log.info(f"removed {left} files and folders of runs that are gone")
    for path in shared_files(context.instance):
        freed = compact(path)
        if freed is None:
            context.log.warning(f"{path} is in use: its space is given back another time")
        else:
            context.log.info(f"{path} gave back {freed / 1e6:.1f} MB")
    return len(gone)


def _finished_before(instance: dg.DagsterInstance, before: datetime) -> Iterator[str]:
    """The runs that ended and were created before a time, newest first."""
    finished = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    cursor = None
    while records := instance.get_run_records(
        dg.RunsFilter(statuses=finished, created_before=before), limit=BATCH, cursor=cursor
    ):
        for record in records:
            cursor = record.dagster_run.run_id
            yield cursor


@dg.job(description="Deletes old runs, their event logs and their files from the instance; tables are not touched.")
def prune_history() -> None:
    """Delete old runs."""
    delete_old_runs()


prune_weekly = dg.ScheduleDefinition(
    name="prune_history",
    job=prune_history,
    cron_schedule="0 3 * * 0",
    execution_timezone=TIME_ZONE,
    description="Runs prune_history every Sunday at 03:00, London time: the history of runs would grow for ever.",
)
