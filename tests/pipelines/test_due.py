"""When a month is late, and what Dagster holds what is published against."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assets.method import RefreshMethod
from assets.months import Month
from pipelines.definitions import build_defs
from pipelines.due import PUBLISHED, deadline, due_month, freshness
from pipelines.settings import Settings


@pytest.mark.parametrize(
    ("now", "month"),
    [
        # The 6th at 5, ten days of waiting and three, in summer time: 4 o'clock in Greenwich.
        (datetime(2025, 6, 19, 3, 59, tzinfo=UTC), "2025-04"),
        (datetime(2025, 6, 19, 4, tzinfo=UTC), "2025-05"),
        (datetime(2025, 1, 19, 4, 59, tzinfo=UTC), "2024-11"),
        (datetime(2025, 1, 19, 5, tzinfo=UTC), "2024-12"),
    ],
)
def test_a_month_is_due_some_days_after_its_refresh(now: datetime, month: str):
    assert due_month(RefreshMethod(), now) == Month.parse(month)


@pytest.mark.parametrize("day", [1, 6, 28])
@pytest.mark.parametrize("late", [0, 3, 28])
def test_the_month_that_is_due_is_the_newest_whose_deadline_has_passed(day: int, late: int):
    refresh = RefreshMethod(day_of_month=day, late_after_days=late, hour=0)
    for passed in range(0, 400, 7):
        now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=passed)
        month = due_month(refresh, now)
        assert deadline(refresh, month) <= now < deadline(refresh, month.plus(1))
    assert freshness(refresh).lower_bound_delta >= timedelta(minutes=1)


def test_what_is_published_has_a_freshness_policy_and_nothing_else_has():
    graph = build_defs(Settings()).resolve_asset_graph()
    with_policy = {
        key.to_user_string().replace("/", ".")
        for key in graph.get_all_asset_keys()
        if graph.get(key).freshness_policy is not None
    }
    assert with_policy == {PUBLISHED}
    policy = freshness(RefreshMethod())
    assert (policy.deadline_cron, policy.timezone) == ("0 5 19 * *", "Europe/London")
    assert policy.lower_bound_delta == timedelta(days=18, hours=5)
