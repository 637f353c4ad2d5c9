"""What became of planted groups: its figures on hand-worked events, and by the real steps of a small country."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from synthetic_uk.history_country import SMALL, Event, Plan
from synthetic_uk.history_page import page
from synthetic_uk.history_recovery import measure
from synthetic_uk.history_score import Figures, Score, Told

PLAN = Plan(months=4, taxonomy=1, register=2, directory=3)
PLANTED = [
    Event(1, "birth", 1, "firms"),
    Event(1, "death", 2, "taxonomy"),
    Event(2, "death", 3, "register"),
    Event(3, "split", 4, "firms", 4),
]
TOLD = [
    Told(1, "birth", 1, "firms", ""),
    Told(1, "death", 2, "firms", "Gone."),
    Told(1, "death", 2, "firms", "Gone again."),
    Told(2, "split", 4, "firms", "In another month."),
    Told(3, "birth", None, "firms", "Of no group."),
]


def test_the_figures_are_those_of_hand_worked_events() -> None:
    score = Score(1, PLAN, PLANTED, TOLD)
    figures = Figures([score, Score(2, PLAN, PLANTED[:1], TOLD[:1])])
    assert figures.of_kind("birth") == (2, 3, 2) and figures.of_kind("death") == (2, 2, 1)
    assert (figures.recall, figures.precision) == (3 / 5, 3 / 6)
    assert score.missed() == PLANTED[2:] and score.beside() == TOLD[2:]
    assert figures.causes() == Counter({("firms", "firms"): 2, ("taxonomy", "firms"): 1})
    assert figures.causes_right() == 2 / 3 and figures.causes_right(in_change=False) == 0.0


def test_the_page_tells_what_went_wrong() -> None:
    wrong, right = Score(7, PLAN, PLANTED, TOLD), Score(8, PLAN, PLANTED[:1], TOLD[:1])
    told = page([wrong, right], [right])
    assert "| precision of events | 0.9 | 0.500 | 0.400 | 1.000 | 1.000 |" in told
    assert "| birth | 2 | 3 | 2 | 0.667 | 1.000 |" in told
    assert "| not found | 7 | 3 of 4 | death | register |  |" in told
    assert "| not planted | 7 | 4 of 4 | birth |  | firms |" in told
    assert "| another cause | 7 | 2 of 4 | death | taxonomy | firms: Gone. |" in told


@pytest.fixture(scope="module")
def small(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """What the months of the small country tell."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copy(empty_file, folder / "warehouse.duckdb")
    return Figures([measure(folder, 5, SMALL)])


def test_what_became_of_the_groups_of_a_small_country_is_told(small: Figures) -> None:
    assert small.recall >= 0.9 and small.precision >= 0.9, (small.scores[0].missed(), small.scores[0].beside())


def test_each_source_that_changed_is_named_and_no_other(small: Figures) -> None:
    assert small.causes_right() >= 0.95, list(small.wrong_causes())
    assert {cause for cause, _ in small.causes()} == {"firms", "taxonomy", "register", "postcodes"}
