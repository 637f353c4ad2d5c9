from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest
from scipy.stats import chisquare

from assets.network.degree_null import null_networks, same_degrees
from assets.network.graph import Bipartite
from tests.network.networks import from_lists, planted


def state(graph: Bipartite) -> tuple[frozenset[int], ...]:
    return tuple(frozenset(part.tolist()) for part in np.split(graph.partners, graph.starts[1:-1]))


@pytest.mark.parametrize("seed", range(3))
def test_degrees_are_kept_and_nobody_stands_twice_in_an_application(seed: int) -> None:
    graph = planted(400, 900, [20, 30], seed).graph
    drawn = same_degrees(graph, 10, np.random.default_rng(seed))
    assert drawn.degrees.tolist() == graph.degrees.tolist()
    assert drawn.sizes.tolist() == graph.sizes.tolist()
    assert all(len(partners) == size for partners, size in zip(state(drawn), graph.sizes, strict=True))
    moved = np.mean([before != after for before, after in zip(state(graph), state(drawn), strict=True)])
    assert moved > 0.9


def test_every_network_of_the_degrees_is_equally_likely() -> None:
    graph = from_lists([np.array([0, 1]), np.array([0, 2]), np.array([1, 2, 3]), np.array([0, 3])], 4)
    degrees = graph.degrees.tolist()
    choices = [list(combinations(range(4), size)) for size in graph.sizes]
    every = {
        tuple(map(frozenset, rows))
        for rows in product(*choices)
        if [sum(organisation in row for row in rows) for organisation in range(4)] == degrees
    }
    generator = np.random.default_rng(1)
    seen = Counter(state(same_degrees(graph, 10, generator)) for _ in range(4000))
    assert set(seen) == every
    assert chisquare(list(seen.values())).pvalue > 0.001


def test_same_seed_same_networks_and_other_draws_differ() -> None:
    graph = planted(200, 400, [], 3).graph
    one, two = list(null_networks(graph, 3, 5, seed=11)), list(null_networks(graph, 3, 5, seed=11))
    assert [state(network) for network in one] == [state(network) for network in two]
    assert len({state(network) for network in one}) == 3
    # Draw i is the same however many follow it.
    assert state(next(null_networks(graph, 3, 5, seed=12))) != state(one[0])


def test_one_application_has_nobody_to_trade_with() -> None:
    graph = from_lists([np.array([0, 1, 2])], 3)
    assert state(same_degrees(graph, 10, np.random.default_rng(0))) == state(graph)
