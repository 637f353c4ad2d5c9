"""Keeping the instance small: runs and their event logs grow for ever unless someone deletes them.

What belongs here: which runs go. What does not: the files that they took (`history_files`), any table of the warehouse.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from assets.months import TIME_ZONE

BATCH = 200


class PruneConfig(dg.Config):
    """What to keep."""

    keep_days: int = 400
    """Finished runs older than this many days are deleted; the default keeps last year's same month."""


@dg.op
def delete_old_runs(context: dg.OpExecutionContext, config: PruneConfig) -> int:
    """Delete finished runs older than `keep_days`, and give back the disk of all that are gone; returns how many."""
    from pipelines.history_files import compact, remove_leftovers, shared_files

    before = datetime.now(UTC) - timedelta(days=config.keep_days)
    finished = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    deleted = 0
    while records := context.instance.get_run_records(
        dg.RunsFilter(statuses=finished, created_before=before), limit=BATCH
    ):
        for record in records:
            context.instance.delete_run(record.dagster_run.run_id)
        deleted += len(records)
    context.log.info(f"deleted {deleted} runs created before {before:%Y-%m-%d}")
    left = remove_leftovers(context.instance)
    context.log.info(f"removed {left} files and folders of runs that are gone")
    for path in shared_files(context.instance):
        freed = compact(path)
        if freed is None:
            context.log.warning(f"{path} is in use: its space is given back another time")
        else:
            context.log.info(f"{path} gave back {freed / 1e6:.1f} MB")
    return deleted


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
