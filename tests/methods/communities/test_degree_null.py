from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest
from scipy.stats import chisquare

from assets.methods.communities.degree_null import forget_networks, null_networks, same_degrees
from assets.methods.communities.graph import Bipartite
from assets.methods.statistics.draws import below, put_state, state_of
from assets.work import Threads
from tests.methods.communities.networks import from_lists, planted


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
    one, two = (
        null_networks(graph, 3, 5, seed=11, engine=Threads(1)),
        null_networks(graph, 3, 5, seed=11, engine=Threads(2)),
    )
    assert [state(network) for network in one] == [state(network) for network in two]
    assert len({state(network) for network in one}) == 3
    # Draw i is the same however many follow it.
    assert [state(network) for network in null_networks(graph, 2, 5, seed=11)] == [
        state(network) for network in one[:2]
    ]
    assert state(null_networks(graph, 3, 5, seed=12)[0]) != state(one[0])


def test_networks_are_kept_until_others_are_asked_for_or_they_are_let_go() -> None:
    graph, other = planted(60, 90, [], 3).graph, planted(60, 90, [], 4).graph
    first = null_networks(graph, 2, 5, seed=1)
    assert null_networks(Bipartite(graph.starts.copy(), graph.partners.copy(), 60), 2, 5, seed=1)[0] is first[0]
    for _ in range(2):
        kept = null_networks(graph, 2, 5, seed=1)
        assert state(kept[0]) == state(first[0])
        assert state(null_networks(other, 2, 5, seed=1)[0]) != state(kept[0])
    null_networks(graph, 2, 5, seed=1)
    forget_networks()
    assert null_networks(graph, 2, 5, seed=1)[0] is not kept[0]


def test_a_trade_is_that_of_plain_python_with_numpys_generator() -> None:
    graph = planted(80, 120, [20], 7).graph
    rows = [part.tolist() for part in np.split(graph.partners, graph.starts[1:-1])]
    generator = np.random.default_rng(9)
    for _ in range(4 * len(rows)):
        first, second = int(generator.integers(0, len(rows))), int(generator.integers(0, len(rows) - 1))
        second += second >= first
        one, two = rows[first], rows[second]
        free = [(two, at) for at, name in enumerate(two) if name not in one]
        free += [(one, at) for at, name in enumerate(one) if name not in two]
        for last in range(len(free) - 1, 0, -1):
            (row, at), (other, there) = free[last], free[generator.integers(0, last + 1)]
            row[at], other[there] = other[there], row[at]
    ours = np.random.default_rng(9)
    drawn = same_degrees(graph, 4, ours)
    assert drawn.partners.tolist() == [name for row in rows for name in row]
    assert ours.integers(0, 1 << 40, 3).tolist() == generator.integers(0, 1 << 40, 3).tolist()


def test_numbers_are_numpys_own() -> None:
    limits = [*range(1, 300), 2**31 + 1, 3 * 2**30, 2**32 - 1] * 3
    generator, ours = np.random.default_rng(4), np.random.default_rng(4)
    where = state_of(ours)
    assert [below(where, limit) for limit in limits] == [int(generator.integers(0, limit)) for limit in limits]
    put_state(ours, where)
    assert ours.random() == generator.random()
    with pytest.raises(ValueError, match="MT19937 is not PCG64"):
        state_of(np.random.Generator(np.random.MT19937(1)))


def test_one_application_has_nobody_to_trade_with() -> None:
    graph = from_lists([np.array([0, 1, 2])], 3)
    assert state(same_degrees(graph, 10, np.random.default_rng(0))) == state(graph)
