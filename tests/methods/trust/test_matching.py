"""Likeness of groups against hand-worked points and a plain double loop."""

from __future__ import annotations

import numpy as np

from assets.methods.density.places import NOISE
from assets.methods.trust.matching import best_matches


def test_hand_worked_groups() -> None:
    # Group 0 is points 0-3, group 1 points 4-5, group 2 point 6; found are {0, 1, 2, 4}, {3, 5} and {7}.
    wanted = np.array([0, 0, 0, 0, 1, 1, 2, NOISE])
    found = np.array([0, 0, 0, 1, 0, 1, NOISE, 2])
    matches = best_matches(wanted, found, 3)
    assert matches.jaccard.tolist() == [3 / 5, 1 / 3, 0.0]
    assert matches.found.tolist() == [0, 1, NOISE]


def test_of_two_as_like_the_first_is_taken() -> None:
    matches = best_matches(np.array([0, 0, 0, 0]), np.array([1, 1, 0, 0]), 1)
    assert (matches.jaccard[0], matches.found[0]) == (0.5, 0)


def test_nothing_found_is_like_nothing() -> None:
    matches = best_matches(np.array([0, 1]), np.array([NOISE, NOISE]), 2)
    assert matches.jaccard.tolist() == [0, 0] and matches.found.tolist() == [NOISE, NOISE]


def test_any_labels_are_as_sets_have_it() -> None:
    random = np.random.default_rng(3)
    for _ in range(30):
        count = int(random.integers(1, 40))
        wanted, found = (random.integers(NOISE, groups, count) for groups in (4, 6))
        matches = best_matches(wanted, found, 4)
        for group in range(4):
            own = {place for place in range(count) if wanted[place] == group}
            others = [{place for place in range(count) if found[place] == other} for other in range(6)]
            alike = [len(own & other) / max(len(own | other), 1) for other in others]
            assert matches.jaccard[group] == max(alike)
            assert matches.found[group] == (alike.index(max(alike)) if max(alike) else NOISE)
