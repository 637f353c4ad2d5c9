"""When the month is made without anyone asking."""

from collections.abc import Sequence
from datetime import date

import dagster as dg

from assets.method import LAST_DAY_OF_ALL
from assets.months import Month, day_in_london, unmakeable
from assets.sources.delivery.storage import SourcesAddressError
from assets.sources.problems import DropError
from pipelines.jobs import innovation_index, monthly_refresh
from pipelines.readiness import listed, method_of, readiness_of, scheduled_wait_ends
from pipelines.settings import Settings


def monthly_schedule(settings: Settings, job: str) -> dg.ScheduleDefinition:
    """Run a job for last month once it is ready, from the profile's day on, at its hour, London time; the schedule has
    the job's name.

    It looks each day until the 28th, and starts a month once. Where the settings name datasets to fetch, the refresh
    fetches these first.
    """
    fetched = settings.fetched if job == monthly_refresh.name else ()
    started = "fetch_and_refresh" if fetched else job
    refresh = method_of(settings).refresh
    days = f"{refresh.day_of_month}-{LAST_DAY_OF_ALL}" if refresh.day_of_month < LAST_DAY_OF_ALL else LAST_DAY_OF_ALL

    @dg.schedule(
        name=job,
        job_name=started,
        cron_schedule=f"0 {refresh.hour} {days} * *",
        execution_timezone="Europe/London",
        description=(
            f"Runs {started} for the month before once it is ready: looks each day from the one that the profile sets "
            "to the 28th, and says what is missing, too old or waited for."
        ),
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        day = day_in_london(context.scheduled_execution_time)
        month = Month.of(day).plus(-1)
        reason = unmakeable(month, settings.first_month) or _unready(settings, month, day, job, fetched)
        if reason:
            return dg.SkipReason(reason)
        return dg.RunRequest(run_key=f"scheduled-{month}", partition_key=str(month))

    return schedule


def _unready(settings: Settings, month: Month, day: date, job: str, fetched: Sequence[str]) -> str | None:
    """Why a month is not made on a day, in words; None where it is."""
    try:
        listing = listed(settings)
    except (SourcesAddressError, DropError) as error:
        return str(error)
    if listing.problems:
        return "; ".join(map(str, listing.problems))
    readiness = readiness_of(settings, listing, month, index_alone=job == innovation_index.name, fetched=fetched)
    if readiness.hindrances:
        return f"{month} is not ready: {'; '.join(readiness.hindrances)}"
    if not readiness.is_new:
        before = month.plus(-1)
        return f"{month} is not ready: no drop in {settings.sources} is of it, so that it would be made of {before}'s"
    ends = scheduled_wait_ends(month, method_of(settings))
    if readiness.awaited and day < ends:
        return f"{month} waits until {ends}: {'; '.join(readiness.awaited)}"
    return None
