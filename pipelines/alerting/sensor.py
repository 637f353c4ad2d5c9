"""The sensor by which Dagster's daemon tells that something is wrong."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from pipelines.alerting.outbox import OutboxHeldError
from pipelines.alerting.setting import ADDRESSES, METRICS
from pipelines.alerting.telling import look
from pipelines.live_runs import end_dead_runs
from pipelines.settings import Settings

LOOK_EVERY_SECONDS = 60


def alerts_sensor(settings: Settings) -> dg.SensorDefinition:
    """Look each minute at what may be wrong; on from the start where anyone is to be told, or metrics are wanted."""
    is_wanted = settings.alerts.are_on or settings.alerts.metrics is not None

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING if is_wanted else dg.DefaultSensorStatus.STOPPED,
        description=(
            "Tells people of failed runs, checks that do not hold, a month that is late, a disk that is nearly full, "
            "sensors and schedules that fail; writes each run's metrics."
        ),
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if not is_wanted:
            return dg.SkipReason(f"nobody is to be told: {ADDRESSES} and {METRICS} are not set")
        for ended in end_dead_runs(context.instance, Path(context.instance.root_directory)):
            context.log.warning(ended)
        try:
            found = look(context.instance, settings)
        except OutboxHeldError as error:
            return dg.SkipReason(str(error))
        for problem in found.problems:
            context.log.warning(problem)
        told = "; ".join(found.new) or "nothing new"
        return dg.SkipReason(f"{told}; {found.delivered} messages delivered, {len(found.problems)} problems")

    return sensor
