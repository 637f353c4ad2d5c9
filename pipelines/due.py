"""When a month is to be published: by the profile's day and hour, and the days that it may wait for drops and be late.

What belongs here: dates. What does not: the schedule that starts a month (`schedules`), telling that one is late
(`alerting`).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from assets.method import LAST_DAY_OF_ALL, RefreshMethod
from assets.months import TIME_ZONE, Month
from assets.warehouse.dagster_assets import asset_key
from assets.warehouse.steps import Step

PUBLISHED = "publication.files"
"""What a month ends with: the files of its release."""


def due_month(refresh: RefreshMethod, now: datetime) -> Month:
    """The newest month that should be published by now: the time of its refresh, in the month after it, the days
    that drops are waited for and those that it may be late are over. `now` has a time zone."""
    here = now.astimezone(ZoneInfo(TIME_ZONE))
    month = Month.of(here.date()).plus(-1)
    while deadline(refresh, month) > here:
        month = month.plus(-1)
    return month


def deadline(refresh: RefreshMethod, month: Month) -> datetime:
    """When a month is late from, London time."""
    day = month.plus(1).first_day + timedelta(days=_latest_day(refresh) - 1)
    return datetime.combine(day, time(refresh.hour), ZoneInfo(TIME_ZONE))


def expected(assets: dg.AssetsDefinition, step: Step, refresh: RefreshMethod) -> dg.AssetsDefinition:
    """The assets of a step; the UI shows of what is published whether it was made when the profile expects it."""
    if PUBLISHED not in step.tables:
        return assets
    key, policy = asset_key(PUBLISHED), freshness(refresh)
    return assets.map_asset_specs(
        lambda spec: spec.replace_attributes(freshness_policy=policy) if spec.key == key else spec
    )


def freshness(refresh: RefreshMethod) -> dg.FreshnessPolicy:
    """What is published is made anew each calendar month before the month before it is late.

    Of Dagster's cron the deadline falls on the 28th where it would fall later, in the same month.
    """
    day = min(_latest_day(refresh), LAST_DAY_OF_ALL)
    return dg.FreshnessPolicy.cron(
        deadline_cron=f"0 {refresh.hour} {day} * *",
        # From the first of the month on; Dagster wants a minute at least.
        lower_bound_delta=max(timedelta(days=day - 1, hours=refresh.hour), timedelta(minutes=1)),
        timezone=TIME_ZONE,
    )


def _latest_day(refresh: RefreshMethod) -> int:
    """The day, counted from the first of the month after, on which a month is to be published at the latest."""
    return refresh.day_of_month + refresh.wait_days + refresh.late_after_days
