"""Benjamini-Hochberg by its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.methods.statistics.significance import benjamini_hochberg, benjamini_hochberg_within


def test_worked_by_hand() -> None:
    found = benjamini_hochberg([0.01, 0.04, 0.03, 0.5])
    assert found.tolist() == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_is_the_least_share_of_false_ones_at_any_level_that_takes_the_test(p: list[float]) -> None:
    # Taking all p-values up to a level takes so many; by chance level * tests of them would be taken.
    expected = [
        min(1.0, *(level * len(p) / sum(value <= level for value in p) for level in p if level >= own)) for own in p
    ]
    np.testing.assert_allclose(benjamini_hochberg(p), expected, rtol=1e-12)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4)), min_size=1, max_size=40))
def test_each_family_is_adjusted_alone(tests: list[tuple[float, int]]) -> None:
    p, family = (np.array(column) for column in zip(*tests, strict=True))
    found = benjamini_hochberg_within(p, family)
    for one in np.unique(family):
        np.testing.assert_array_equal(found[family == one], benjamini_hochberg(p[family == one]))


def test_no_tests_and_bad_values() -> None:
    assert benjamini_hochberg(np.empty(0)).shape == (0,)
    with pytest.raises(ValueError, match=r"p-value 1 is 1\.5"):
        benjamini_hochberg([0.1, 1.5])
    with pytest.raises(ValueError, match="p-value 0 is nan"):
        benjamini_hochberg([float("nan")])
