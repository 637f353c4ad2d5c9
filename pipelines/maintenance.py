"""Keeping the instance small: runs and their event logs grow for ever unless someone deletes them."""

from datetime import UTC, datetime, timedelta

import dagster as dg

BATCH = 200


class PruneConfig(dg.Config):
    """What to keep."""

    keep_days: int = 400
    """Finished runs older than this many days are deleted; the default keeps last year's same month."""


@dg.op
def delete_old_runs(context: dg.OpExecutionContext, config: PruneConfig) -> int:
    """Delete finished runs, and their logs, that are older than `keep_days`; returns how many."""
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
    return deleted


@dg.job(description="Deletes old runs and their event logs from the instance; tables are not touched.")
def prune_history() -> None:
    """Delete old runs."""
    delete_old_runs()


prune_weekly = dg.ScheduleDefinition(
    name="prune_history", job=prune_history, cron_schedule="0 3 * * 0", execution_timezone="Europe/London"
)
