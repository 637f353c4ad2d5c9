"""The partitions against an implementation in another language, the phases against sums written out."""

from __future__ import annotations

import graspologic_native
import networkx as nx
import numpy as np
import pytest

from assets.network.graph import Edges, Integers, project
from assets.network.leiden import partitions
from assets.network.leiden_aggregation import network_of_parts
from assets.network.leiden_moves import move_nodes
from assets.network.leiden_network import Network, network_of
from assets.network.leiden_refinement import refine
from assets.network.xoshiro import below, seeded, shuffled, unit
from tests.network.networks import planted, random_network

RUNS = [(0.5, 3), (1.0, 0), (1.0, 20230131), (2.0, 1), (8.0, 2), (64.0, 4)]
BITS = (1 << 64) - 1


def reference(edges: Edges, organisations: int, resolution: float, seed: int, iterations: int) -> Integers:
    listed = [(str(a), str(b), weight) for a, b, weight in zip(edges.a, edges.b, edges.weight.tolist(), strict=True)]
    labels = np.arange(organisations) + organisations
    _, found = graspologic_native.leiden(listed, resolution=resolution, seed=seed, iterations=iterations)
    for name, label in found.items():
        labels[int(name)] = label
    return labels


@pytest.mark.parametrize("iterations", [1, 3])
@pytest.mark.parametrize(
    "graph",
    [
        planted(500, 900, [30, 20, 40], 1).graph,
        planted(300, 200, [], 2).graph,
        random_network(60, 400, 3, largest=9),
        random_network(400, 90, 4, largest=2),
    ],
)
def test_partitions_are_those_of_the_reference(graph, iterations: int) -> None:
    edges = project(graph)
    found = partitions(edges, graph.organisations, RUNS, iterations)
    for labels, (resolution, seed) in zip(found, RUNS, strict=True):
        expected = reference(edges, graph.organisations, resolution, seed, iterations)
        assert labels.tolist() == expected.tolist(), (resolution, seed)


def test_partitions_of_any_order_of_edges_are_those_of_the_reference() -> None:
    graph = nx.karate_club_graph()
    random = np.random.default_rng(1)
    pairs = random.permutation(np.array(list(graph.edges)))
    edges = Edges(pairs[:, 0], pairs[:, 1], random.uniform(0.1, 3, len(pairs)), np.ones(len(pairs), dtype=np.int64))
    for seed in range(20):
        assert partitions(edges, 34, [(1.0, seed)], 2)[0].tolist() == reference(edges, 34, 1.0, seed, 2).tolist()


def test_partitions_are_the_same_for_any_number_of_threads() -> None:
    graph = planted(400, 900, [30, 40], 5).graph
    one, two = (partitions(project(graph), graph.organisations, RUNS, 3, threads) for threads in (1, 2))
    assert one.tolist() == two.tolist()


def dense(network: Network) -> np.ndarray:
    matrix = np.zeros((len(network.strength),) * 2)
    node = np.repeat(np.arange(len(network.strength)), np.diff(network.starts))
    matrix[node, network.ends] = network.weights
    return matrix


def test_network_holds_every_edge_from_both_ends() -> None:
    edges = project(planted(200, 300, [20], 3).graph)
    network, named = network_of(edges)
    expected = np.zeros((200, 200))
    expected[edges.a, edges.b] = expected[edges.b, edges.a] = edges.weight
    np.testing.assert_array_equal(dense(network), expected[np.ix_(named, named)])
    np.testing.assert_allclose(network.strength, dense(network).sum(axis=1))
    met = dict.fromkeys(np.column_stack([edges.a, edges.b]).ravel().tolist())
    assert named.tolist() == list(met)


def test_network_of_parts_sums_over_parts() -> None:
    network, _ = network_of(project(planted(200, 300, [20], 3).graph))
    part_of = np.random.default_rng(2).permutation(np.arange(len(network.strength)) % 30)
    parts = network_of_parts(network, part_of, 30)
    is_in = np.eye(30)[part_of]
    expected = is_in.T @ dense(network) @ is_in
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(dense(parts), expected, atol=1e-12)
    np.testing.assert_allclose(parts.strength, is_in.T @ network.strength)
    assert all(np.all(np.diff(row) > 0) for row in np.split(parts.ends, parts.starts[1:-1]))
    even = dense(Network(parts.starts, parts.ends, parts.even_weights, parts.even_weights, parts.strength))
    np.testing.assert_array_equal(even, even.T)
    np.testing.assert_array_equal(np.triu(even), np.triu(dense(parts)))


def test_moves_gain_and_parts_are_connected_pieces_of_clusters() -> None:
    network, _ = network_of(project(planted(200, 300, [20], 3).graph))
    weights, nodes = dense(network), len(network.strength)
    pressure, state, labels = 1 / weights.sum(), seeded(1), np.arange(nodes)
    move_nodes(network.starts, network.ends, network.weights, network.strength, labels, pressure, state)
    clusters = labels.max() + 1
    assert 1 < clusters < nodes
    assert set(labels.tolist()) == set(range(clusters))
    whole = nx.from_numpy_array(weights)
    groups = [set(np.flatnonzero(labels == label).tolist()) for label in range(clusters)]
    assert nx.community.modularity(whole, groups) > 0.2
    part_of, cluster_of_part = refine(
        network.starts, network.ends, network.even_weights, labels, clusters, pressure, state
    )
    assert cluster_of_part[part_of].tolist() == labels.tolist()
    assert clusters < len(cluster_of_part) < nodes
    for part in range(len(cluster_of_part)):
        inside = np.flatnonzero(part_of == part)
        assert nx.is_connected(nx.from_numpy_array(weights[np.ix_(inside, inside)]))


def test_a_cluster_that_nothing_holds_together_falls_apart() -> None:
    network, _ = network_of(Edges(np.array([0, 2]), np.array([1, 3]), np.ones(2), np.ones(2, dtype=np.int64)))
    apart, cluster_of_part = refine(
        network.starts, network.ends, network.weights, np.array([0, 1, 0, 1]), 2, 0.25, seeded(1)
    )
    assert apart.tolist() == [0, 2, 1, 3]
    assert cluster_of_part.tolist() == [0, 1, 2, 3]


def words(seed: int):
    """xoshiro256++ seeded by SplitMix64, in whole numbers of any length."""
    state = []
    for _ in range(4):
        seed = seed + 0x9E3779B97F4A7C15 & BITS
        mixed = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 & BITS
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & BITS
        state.append(mixed ^ mixed >> 31)

    def turned(number: int, by: int) -> int:
        return (number << by | number >> 64 - by) & BITS

    while True:
        yield turned(state[0] + state[3] & BITS, 23) + state[0] & BITS
        shifted = state[1] << 17 & BITS
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = turned(state[3], 45)


def test_numbers_are_drawn_from_the_stream_of_xoshiro() -> None:
    state, stream = seeded(11), words(11)
    for _ in range(500):
        assert unit(state) == (next(stream) >> 11) / 2**53
    for limit in [1, 2, 7, 1000, 2**31 + 5, 2**32 - 1] * 300:
        number, rest = divmod((next(stream) >> 32) * limit, 1 << 32)
        if rest > (1 << 32) - limit:
            number += rest + ((next(stream) >> 32) * limit >> 32) >> 32
        assert below(state, limit) == number
    assert sorted(shuffled(50, state).tolist()) == list(range(50))
