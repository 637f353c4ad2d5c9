"""When the month is made without anyone asking."""

import dagster as dg

from assets.method import find_profiles, shared_method
from assets.months import Month
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import Settings


def monthly_schedule(settings: Settings, job: str) -> dg.ScheduleDefinition:
    """Run a job for last month on the profile's day and hour, London time; the schedule has the job's name.

    Where the settings name datasets to fetch, the refresh fetches these first.
    """
    started = "fetch_and_refresh" if settings.fetched and job == "monthly_refresh" else job
    refresh = shared_method(find_profiles(settings.profiles, PROFILES_FOLDER)).refresh

    @dg.schedule(
        name=job,
        job_name=started,
        cron_schedule=f"0 {refresh.hour} {refresh.day_of_month} * *",
        execution_timezone="Europe/London",
        description=f"Runs {started} for the month before, on the day that the profile sets.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        month = Month.of(context.scheduled_execution_time.date()).plus(-1)
        return dg.RunRequest(run_key=f"scheduled-{month}", partition_key=str(month))

    return schedule
