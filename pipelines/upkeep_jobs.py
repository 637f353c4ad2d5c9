"""The jobs that keep the warehouse small and backed up, and when they run without anyone asking."""

from pathlib import Path

import dagster as dg
from pydantic import Field

from assets.months import TIME_ZONE
from assets.warehouse.faults import WarehouseError
from pipelines.backups import is_backed_up, take_backup
from pipelines.settings import BACKUP, Settings
from pipelines.upkeep import is_due, maintain


class MaintainConfig(dg.Config):
    """What to keep."""

    working_months: int | None = Field(
        default=None, ge=1, description="Newest months whose working tables stay, in place of the profile's."
    )


class BackupConfig(dg.Config):
    """Where to."""

    to: str | None = Field(
        default=None, description=f"Folder that the backup is put in, in place of the setting {BACKUP}."
    )


def upkeep_jobs(settings: Settings) -> list[dg.JobDefinition]:
    """The jobs `maintain` and `backup`."""

    @dg.op(name="maintain_warehouse")
    def maintain_warehouse(context: dg.OpExecutionContext, config: MaintainConfig) -> None:
        for done in maintain(settings, context.log.warning, working_months=config.working_months, by_itself=True):
            context.log.info(done)

    @dg.op(name="take_backup")
    def backup_warehouse(context: dg.OpExecutionContext, config: BackupConfig) -> str:
        to = config.to or settings.backup
        if to is None:
            raise dg.Failure(f"no folder is given for backups: set {BACKUP}, or `to` here", allow_retries=False)
        try:
            made = take_backup(settings, Path(to), settings.backup_keep)
        except ValueError as error:
            raise dg.Failure(f"no backup was taken: {error}", allow_retries=False) from error
        context.log.info(f"the backup is in {made}")
        return str(made)

    @dg.job(
        name="maintain",
        description=(
            "Deletes the working rows of all but the newest months (keep.working_months of the profile), and writes "
            "the warehouse anew where much of its file is free. Results stay."
        ),
    )
    def maintain_job() -> None:
        maintain_warehouse()

    @dg.job(
        name="backup",
        description="Copies the warehouse and the history of runs and looks at the copy; months may be made meanwhile.",
    )
    def backup_job() -> None:
        backup_warehouse()

    return [maintain_job, backup_job]


def upkeep_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """What starts them: each night, where there is anything to do."""

    @dg.schedule(
        name="maintain",
        job_name="maintain",
        cron_schedule="30 2 * * *",
        execution_timezone=TIME_ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Runs maintain at 02:30, London time, where there is anything to do.",
    )
    def maintain_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        try:
            return dg.RunRequest() if is_due(settings) else dg.SkipReason("there is nothing to delete or write anew")
        except WarehouseError as error:
            return dg.SkipReason(str(error))

    @dg.schedule(
        name="backup",
        job_name="backup",
        cron_schedule="0 4 * * *",
        execution_timezone=TIME_ZONE,
        default_status=(dg.DefaultScheduleStatus.RUNNING if settings.backup else dg.DefaultScheduleStatus.STOPPED),
        description=(
            f"Takes a backup at 04:00, London time, where the setting {BACKUP} says where to and the warehouse was "
            "written since the last."
        ),
    )
    def backup_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if settings.backup is None:
            return dg.SkipReason(f"{BACKUP} does not say where backups go")
        if is_backed_up(settings, Path(settings.backup)):
            return dg.SkipReason("the warehouse was not written since the last backup")
        return dg.RunRequest()

    return [maintain_schedule, backup_schedule]
