"""The partitions against Louvain's, and what the paper promises of them: connected, and no move left that gains."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from assets.arrays import Integers
from assets.methods.communities.graph import Edges, project
from assets.methods.communities.partitions import modularity, partitions
from tests.methods.communities.networks import planted, random_network

RUNS = [(0.5, 3), (1.0, 0), (1.0, 20230131), (2.0, 1), (8.0, 2), (64.0, 4)]
GRAPHS = {
    "communities": planted(500, 900, [30, 20, 40], 1).graph,
    "hubs alone": planted(300, 200, [], 2).graph,
    "dense": random_network(60, 400, 3, largest=9),
    "in pieces": random_network(400, 90, 4, largest=2),
}


@pytest.fixture(params=GRAPHS)
def graph(request: pytest.FixtureRequest):
    return GRAPHS[request.param]


def whole(edges: Edges, organisations: int) -> nx.Graph:
    network = nx.Graph()
    network.add_nodes_from(range(organisations))
    network.add_weighted_edges_from(zip(edges.a.tolist(), edges.b.tolist(), edges.weight.tolist(), strict=True))
    return network


def groups(labels: Integers) -> list[set[int]]:
    return [set(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)]


def test_partitions_are_no_worse_than_louvain(graph) -> None:
    edges = project(graph)
    network = whole(edges, graph.organisations)
    for labels, (resolution, _) in zip(partitions(edges, graph.organisations, RUNS, 3), RUNS, strict=True):
        louvain = nx.community.louvain_communities(network, resolution=resolution, seed=1)
        least = nx.community.modularity(network, louvain, resolution=resolution) - 0.02
        assert nx.community.modularity(network, groups(labels), resolution=resolution) >= least


def test_communities_are_connected_and_who_has_no_edge_is_alone(graph) -> None:
    edges = project(graph)
    network = whole(edges, graph.organisations)
    for labels in partitions(edges, graph.organisations, RUNS, 1):
        for group in groups(labels):
            assert nx.is_connected(network.subgraph(group))


def test_no_move_of_one_organisation_gains_once_iterations_change_nothing(graph) -> None:
    """Node optimality, which the paper proves of a stable partition."""
    edges = project(graph)
    total = edges.weight.sum()
    weights = np.zeros((graph.organisations,) * 2)
    weights[edges.a, edges.b] = weights[edges.b, edges.a] = edges.weight
    strength = weights.sum(axis=1)
    for labels, (resolution, _) in zip(partitions(edges, graph.organisations, RUNS, 30), RUNS, strict=True):
        _, numbered = np.unique(labels, return_inverse=True)
        is_in = np.zeros((graph.organisations, numbered.max() + 1))
        is_in[np.arange(graph.organisations), numbered] = 1
        others = (strength @ is_in)[None, :] - strength[:, None] * is_in
        gain = weights @ is_in - resolution * strength[:, None] * others / (2 * total)
        own = gain[np.arange(graph.organisations), numbered]
        assert (gain.max(axis=1) <= own + 1e-9).all()


def test_same_seed_same_partition_for_any_number_of_threads_and_any_order_of_edges() -> None:
    graph = planted(400, 900, [30, 40], 5).graph
    edges = project(graph)
    first = partitions(edges, graph.organisations, RUNS, 3, threads=1)
    assert partitions(edges, graph.organisations, RUNS, 3, threads=2).tolist() == first.tolist()
    order = np.random.default_rng(1).permutation(len(edges.a))
    mixed = Edges(edges.b[order], edges.a[order], edges.weight[order], edges.joint[order])
    assert partitions(mixed, graph.organisations, RUNS, 3).tolist() == first.tolist()
    assert len({tuple(labels) for labels in first.tolist()}) == len(RUNS)


def test_higher_resolution_gives_more_communities() -> None:
    graph = GRAPHS["communities"]
    found = partitions(project(graph), graph.organisations, [(scale, 1) for scale in (0.5, 2.0, 8.0, 64.0)], 3)
    assert np.all(np.diff([len(np.unique(labels)) for labels in found]) > 0)


def test_without_edges_everybody_is_alone() -> None:
    nothing = np.empty(0, dtype=np.int64)
    edges = Edges(nothing, nothing, np.empty(0), nothing)
    assert partitions(edges, 3, [(1.0, 1), (2.0, 1)], 3).tolist() == [[0, 1, 2], [0, 1, 2]]
    assert modularity(edges, np.arange(3), 1.0) == 0.0


def test_louvain_is_networkx_louvain() -> None:
    graph = planted(200, 400, [30, 40], 5).graph
    edges = project(graph)
    network = whole(edges, graph.organisations)
    found = partitions(edges, graph.organisations, [(1.0, 1), (4.0, 2)], 3, algorithm="louvain")
    for labels, (resolution, seed) in zip(found, [(1.0, 1), (4.0, 2)], strict=True):
        own = nx.community.louvain_communities(network, resolution=resolution, seed=seed)
        best = nx.community.modularity(network, own, resolution=resolution)
        assert nx.community.modularity(network, groups(labels), resolution=resolution) == pytest.approx(best, abs=0.02)
