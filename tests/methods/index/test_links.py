"""Links draw items together."""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.methods.index.links import draw_together, linked_pairs

ITEMS = pl.Series(["a", "b", "c", "d"])


def works(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["item_id", "work"], orient="row")


def test_pairs_are_of_those_that_share_a_work_once_however_many_they_share() -> None:
    first, second = linked_pairs(
        ITEMS, works(("a", "1"), ("c", "1"), ("c", "2"), ("a", "2"), ("d", "3"), ("x", "3")), 50
    )
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [(0, 2), (2, 0)]


def test_a_work_of_too_many_links_none() -> None:
    first, _ = linked_pairs(ITEMS, works(("a", "1"), ("b", "1"), ("c", "1")), 2)
    assert first.tolist() == []


def test_items_move_towards_the_mean_of_those_they_are_linked_with() -> None:
    positions = np.array([[50.0, 0.0], [52.0, 0.0], [54.0, -3.0], [58.0, -4.0]])
    pairs = np.array([0, 0, 1, 2]), np.array([1, 2, 0, 0])
    drawn = draw_together(positions, *pairs, 1.0)
    # a goes half way to the mean of b and c, b and c half way to where a was; d is linked with none.
    assert drawn.tolist() == [[51.5, -0.75], [51.0, 0.0], [52.0, -1.5], [58.0, -4.0]]
    assert draw_together(positions, *pairs, 0.0).tolist() == positions.tolist()
    near = draw_together(positions, *pairs, 0.1)
    assert np.hypot(*(near[0] - near[1])) > np.hypot(*(drawn[0] - drawn[1]))
