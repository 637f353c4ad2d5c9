"""A drop that changes while it is read is read whole or refused, in short what the campaign does at length."""

from __future__ import annotations

from pathlib import Path

from tests.campaign.changing_drop import KINDS, tried


def test_a_drop_that_changes_is_read_whole_or_refused(tmp_path: Path) -> None:
    found = [*tried(tmp_path, KINDS[1:2], 1, (5_000, 8_000))]
    assert len(found) == 6
    assert [attempt for attempt in found if not attempt.held] == []
