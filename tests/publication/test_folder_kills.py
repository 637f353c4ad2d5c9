"""A release that is killed as it is put in its folder."""

from __future__ import annotations

import random
from pathlib import Path

from tests.campaign.folder_kills import killed_folders

KILLS, SEED = 5, 3


def test_a_reader_sees_one_release_or_the_other_and_the_next_makes_it_whole(tmp_path: Path):
    """A few kills: the campaign makes more."""
    attempts = [*killed_folders(tmp_path, random.Random(SEED), KILLS)]
    assert len(attempts) == KILLS
    assert [attempt for attempt in attempts if not attempt.held] == []
