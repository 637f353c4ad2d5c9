"""What starts a month when something arrives."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date

import dagster as dg

from assets.months import Month, today_in_london
from assets.sources.delivery.storage import SourcesAddressError
from assets.sources.problems import DropError
from assets.warehouse.backfills import PARTITION_TAG
from assets.warehouse.dagster_assets import asset_key
from assets.warehouse.steps import Step
from pipelines.arrivals import Memory, find_arrivals
from pipelines.jobs import fetch_and_refresh, innovation_index, monthly_refresh
from pipelines.later_months import is_unfinished, months_to_follow
from pipelines.readiness import listed
from pipelines.settings import Settings

LOOK_EVERY_SECONDS = 300


def new_drop_sensor(settings: Settings, today: Callable[[], date] = today_in_london) -> dg.SensorDefinition:
    """Start the newest month that reads a drop which was not there at the last look, once the month's set is whole or
    has been waited for: everything, or the Index alone where its sources are there and the Map's are not.

    A drop is new by its path: move files into the sources once they are whole. `today` is the day in London.
    """

    @dg.sensor(
        name="new_drop",
        jobs=[monthly_refresh, innovation_index],
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        description=(
            "Starts the newest month that reads a drop which has just arrived, once the month's other monthly drops "
            "are there too, or have been waited for."
        ),
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            listing = listed(settings)
        except (SourcesAddressError, DropError) as error:
            return dg.SkipReason(str(error))
        if listing.problems:
            return dg.SkipReason("; ".join(map(str, listing.problems)))
        arrivals, memory = find_arrivals(settings, listing, Memory.read(context.cursor), today())
        if not arrivals:
            return dg.SkipReason("no new drop")
        paths = json.dumps(sorted(drop.path for drop in listing.drops))
        digest = hashlib.sha256(paths.encode()).hexdigest()[:12]
        requests = [
            dg.RunRequest(run_key=f"{arrival.month}-{digest}", job_name=arrival.job, partition_key=str(arrival.month))
            for arrival in arrivals
            if not arrival.held
        ]
        held = "; ".join(arrival.held for arrival in arrivals if arrival.held)
        for sentence in (held,) if held and requests else ():
            context.log.info(sentence)
        return dg.SensorResult(requests or None, None if requests else held, memory.written())

    return sensor


def later_month_sensor(settings: Settings, steps: Sequence[Step]) -> dg.SensorDefinition:
    """Make again, after a run of a month, the next later month that follows from it; that one's run does the rest.

    The command line does so itself: a run of it that ended has left nothing to make.
    """

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="later_month",
        monitored_jobs=[monthly_refresh, fetch_and_refresh(settings.fetched), innovation_index],
        request_job=monthly_refresh,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="After a month was made, makes again the next later month in the warehouse that follows from it.",
    )
    def sensor(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
        run = context.dagster_run
        month = Month.parse(run.tags[PARTITION_TAG])
        if is_unfinished(settings, steps, month):
            return dg.SkipReason(f"a part of {month} was made: the rest of it has to be made first")
        for later in months_to_follow(settings, steps, [month]):
            if later.hindrance:
                context.log.warning(f"{later.month} is out of date and is not made again: {later.hindrance}")
                continue
            return dg.RunRequest(
                run_key=f"{run.run_id}-{later.month}",
                partition_key=str(later.month),
                asset_selection=[asset_key(table) for table in later.tables],
            )
        return dg.SkipReason(f"no later month follows from {month}")

    return sensor
