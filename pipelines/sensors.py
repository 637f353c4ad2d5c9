"""What starts a month when something arrives."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date

import dagster as dg

from assets.months import Month, unmakeable
from assets.sources.delivery.drops import Drop
from assets.sources.delivery.storage import SourcesAddressError, Storage
from assets.sources.needs import index_problems, map_problems
from assets.sources.problems import DropError
from assets.sources.steps import list_all
from assets.warehouse.backfills import PARTITION_TAG
from assets.warehouse.dagster_assets import asset_key
from assets.warehouse.steps import Step
from pipelines.jobs import fetch_and_refresh, innovation_index, monthly_refresh
from pipelines.later_months import is_unfinished, months_to_follow
from pipelines.settings import Settings

LOOK_EVERY_SECONDS = 300


def new_drop_sensor(settings: Settings) -> dg.SensorDefinition:
    """Start the newest month that reads a drop which was not there at the last look: everything, or the Index alone
    where its sources are there and the Map's are not.

    A drop is new by its path: move files into the sources once they are whole.
    """

    @dg.sensor(
        name="new_drop",
        jobs=[monthly_refresh, innovation_index],
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        description="Starts the newest month that reads a drop which has just arrived.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            listing = list_all(Storage(settings.sources, settings.bounds.linked), date.today())
        except (SourcesAddressError, DropError) as error:
            return dg.SkipReason(str(error))
        available = {drop.dataset: drop for drop in listing.drops}
        of_map = map_problems(available, settings.sources)
        job = innovation_index if of_map and not index_problems(available, settings.sources) else monthly_refresh
        problems = [*listing.problems, *(of_map if job is monthly_refresh else [])]
        if problems:
            return dg.SkipReason("; ".join(map(str, problems)))
        seen = set(json.loads(context.cursor or "[]"))
        arrived = [drop for drop in listing.drops if drop.path not in seen]
        if not arrived:
            return dg.SkipReason("no new drop")
        cursor = json.dumps(sorted(drop.path for drop in listing.drops))
        digest = hashlib.sha256(cursor.encode()).hexdigest()[:12]
        return dg.SensorResult(
            cursor=cursor,
            run_requests=[
                dg.RunRequest(run_key=f"{month}-{digest}", job_name=job.name, partition_key=str(month))
                for month in months_to_make(arrived if seen else _newest(arrived), listing.drops)
                if unmakeable(month, settings.first_month) is None
            ],
        )

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


def months_to_make(arrived: Iterable[Drop], drops: Iterable[Drop]) -> list[Month]:
    """For each drop that arrived the newest month that reads it, each once, in order.

    A drop is read from its own month to the one before the dataset's next drop, and not beyond the newest month of all.
    """
    drops = list(drops)
    newest = max(Month.of(drop.as_of) for drop in drops)
    months = set()
    for drop in arrived:
        later = [other.as_of for other in drops if other.dataset == drop.dataset and other.as_of > drop.as_of]
        last = min([newest, *(Month.of(day).plus(-1) for day in later)])
        months.add(max(last, Month.of(drop.as_of)))
    return sorted(months)


def _newest(drops: list[Drop]) -> list[Drop]:
    """The newest drop: a first look starts one month, not the whole history."""
    return [max(drops, key=lambda drop: drop.as_of)]
