"""The hour at which summer time begins and ends: no month is left out by the schedule, and none made twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.months import Month
from tests.campaign.clock import scheduled


@pytest.mark.parametrize("hour", [1, 2])
def test_every_month_is_asked_for_once_through_both_changes_of_the_clock(hour: int, tmp_path: Path) -> None:
    attempt = scheduled(tmp_path, hour, Month(2025, 10))
    assert attempt.held, attempt.seen
