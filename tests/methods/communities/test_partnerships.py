from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import poisson

from assets.methods.communities.labels import OUTSIDE, by_size, counts, keep, members
from assets.methods.communities.partnerships import measure, partnerships, prune, score
from tests.methods.communities.networks import from_lists, planted, random_network


def test_measures_by_brute_force() -> None:
    graph = random_network(30, 60, 4)
    labels = np.random.default_rng(2).integers(OUTSIDE, 4, 30)
    rows = [set(row.tolist()) for row in np.split(graph.partners, graph.starts[1:-1])]
    number = [sum(len(row) - 1 for row in rows if organisation in row) for organisation in range(30)]
    assert partnerships(graph).tolist() == number
    found = measure(graph, labels)
    for group in range(4):
        pairs = list(combinations(np.flatnonzero(labels == group).tolist(), 2))
        inside = sum(a in row and b in row for row in rows for a, b in pairs)
        expected = sum(number[a] * number[b] for a, b in pairs) / sum(number)
        assert found.inside[group] == inside
        assert found.expected[group] == pytest.approx(expected)
        assert found.total[group] == sum(number[member] for member in np.flatnonzero(labels == group))
        likelihood = poisson.logpmf(inside, inside) - poisson.logpmf(inside, expected)
        assert found.score[group] == pytest.approx(likelihood if inside > expected else 0.0)


def test_score_is_zero_without_excess() -> None:
    assert score(np.array([0.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.5])).tolist() == [0.0, 0.0, 0.0]
    assert score(np.array([10.0]), np.array([2.0]))[0] == pytest.approx(10 * np.log(5) - 8)


def test_members_left_after_pruning_all_belong_and_pruning_again_changes_nothing() -> None:
    network = planted(600, 1500, [20, 30, 40], 1)
    labels = np.random.default_rng(0).integers(0, 3, 600)
    for label, community in enumerate(network.communities):
        labels[list(community)] = label
    pruned = prune(network.graph, labels, min_joint=2, alpha=0.001)
    number = partnerships(network.graph)
    rows = [set(row.tolist()) for row in np.split(network.graph.partners, network.graph.starts[1:-1])]
    left = 0
    for group in map(set, map(np.ndarray.tolist, members(pruned))):
        for member in group:
            shared = [len(row & group) - 1 for row in rows if member in row]
            mean = number[member] * (number[list(group)].sum() - number[member]) / number.sum()
            assert sum(count > 0 for count in shared) >= 2
            assert poisson.sf(sum(shared) - 1, mean) < 0.001
            left += 1
    assert 40 < left < 300
    assert prune(network.graph, pruned, 2, 0.001).tolist() == pruned.tolist()


@pytest.mark.parametrize(("min_joint", "stays"), [(1, True), (2, False)])
def test_member_with_one_joint_application_leaves(min_joint: int, stays: bool) -> None:
    rows = [[0, 1, 2], [0, 1, 2], [0, 1, 2, 3], *([4 + 2 * pair, 5 + 2 * pair] for pair in range(200))]
    graph = from_lists([np.array(row) for row in rows], 404)
    labels = np.full(404, OUTSIDE)
    labels[:4] = 0
    pruned = prune(graph, labels, min_joint=min_joint, alpha=0.2)
    assert pruned[:3].tolist() == [0, 0, 0]
    assert (pruned[3] == 0) == stays


def test_hub_that_works_with_everybody_leaves() -> None:
    inner = [[0, 1, 2], [0, 1, 2], [0, 1, 2]]
    hub = [[0, 3], [1, 3], [2, 3], *([3, organisation] for organisation in range(4, 400))]
    others = [[first, first + 1] for first in range(400, 4400, 2)]
    graph = from_lists([np.array(row) for row in inner + hub + others], 4400)
    labels = np.full(4400, OUTSIDE)
    labels[:4] = 0
    assert prune(graph, labels, min_joint=2, alpha=0.001)[:4].tolist() == [0, 0, 0, OUTSIDE]


def test_groups_are_numbered_by_size_whatever_their_numbers_were() -> None:
    labels = np.array([7, 3, 3, OUTSIDE, 9, 9, 3])
    assert by_size(labels).tolist() == [2, 0, 0, OUTSIDE, 1, 1, 0]
    numbered = by_size(labels)
    assert [group.tolist() for group in members(numbered)] == [[1, 2, 6], [4, 5], [0]]
    assert counts(numbered, np.array([True, True, False, True, True, True, True])).tolist() == [2, 2, 1]
    assert keep(numbered, np.array([False, True, True])).tolist() == [1, OUTSIDE, OUTSIDE, OUTSIDE, 0, 0, OUTSIDE]
    assert members(np.full(3, OUTSIDE)) == []
