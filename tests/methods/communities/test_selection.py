from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from assets.arrays import Integers
from assets.methods.communities.selection import ROOT, best_disjoint, tree


def below(node: int, ancestor: int, parents: Integers) -> bool:
    while node != ROOT:
        node = parents[node]
        if node == ancestor:
            return True
    return False


@pytest.mark.parametrize("seed", range(30))
def test_best_disjoint_is_the_best_of_all_choices(seed: int) -> None:
    generator = np.random.default_rng(seed)
    parents = np.array([ROOT, *(generator.integers(ROOT, node) for node in range(1, 9))])
    values = generator.normal(1, 3, 9)
    best = 0.0
    for count in range(1, 10):
        for choice in combinations(range(9), count):
            if not any(below(a, b, parents) or below(b, a, parents) for a, b in combinations(choice, 2)):
                best = max(best, values[list(choice)].sum())
    chosen = best_disjoint(parents, values)
    assert values[chosen].sum() == pytest.approx(best)
    assert all(values[chosen] > 0)
    assert not any(below(a, b, parents) or below(b, a, parents) for a, b in combinations(chosen.tolist(), 2))


def test_of_equal_choices_the_parent_is_taken() -> None:
    assert best_disjoint(np.array([ROOT, 0, 0]), np.array([4.0, 1.0, 3.0])).tolist() == [0]
    assert best_disjoint(np.array([ROOT, 0, 0]), np.array([4.0, 2.0, 3.0])).tolist() == [1, 2]


def test_parent_is_the_smallest_larger_candidate_that_holds_more_than_half() -> None:
    candidates = [np.arange(20), np.arange(10), np.arange(5, 14), np.array([3, 4, 20, 21]), np.array([0, 1, 22])]
    # The third has just over half of itself (5 of 9) in the second; the fourth exactly half of itself in the first two.
    assert tree(candidates, 30).tolist() == [ROOT, 0, 1, ROOT, 1]


def test_candidates_must_come_largest_first() -> None:
    with pytest.raises(ValueError, match="largest first"):
        tree([np.arange(2), np.arange(3)], 5)


def test_no_candidates() -> None:
    assert best_disjoint(tree([], 5), np.empty(0)).tolist() == []
