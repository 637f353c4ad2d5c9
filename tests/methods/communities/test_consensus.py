from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from assets.method import NetworkMethod
from assets.methods.communities.consensus import Consensus, consensus
from assets.methods.communities.graph import Edges, project
from assets.methods.communities.labels import members
from assets.methods.communities.partitions import modularity, partitions
from tests.methods.communities.networks import planted, recovered


def edges_of(graph: nx.Graph) -> Edges:
    pairs = np.array(sorted((min(pair), max(pair)) for pair in graph.edges))
    weights = np.array([graph.edges[tuple(pair)].get("weight", 1.0) for pair in pairs.tolist()])
    return Edges(pairs[:, 0], pairs[:, 1], weights, np.ones(len(pairs), dtype=np.int64))


def settle(edges: Edges, organisations: int, share: float = 0.5, runs: int = 20) -> Consensus:
    return consensus(edges, organisations, NetworkMethod(consensus_runs=runs, consensus_share=share, network_seed=5))


@pytest.mark.parametrize("resolution", [0.5, 1.0, 3.0])
def test_modularity_is_networkx_modularity(resolution: float) -> None:
    graph = nx.karate_club_graph()
    labels = np.random.default_rng(1).integers(0, 5, 34)
    groups = [set(np.flatnonzero(labels == label).tolist()) for label in range(5)]
    expected = nx.community.modularity(graph, groups, resolution=resolution)
    assert modularity(edges_of(graph), labels, resolution) == pytest.approx(expected)


def test_leiden_is_no_worse_than_louvain() -> None:
    graph = nx.karate_club_graph()
    edges = edges_of(graph)
    louvain = nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=1))
    for labels in partitions(edges, 34, [(1.0, seed) for seed in range(5)], 3):
        assert modularity(edges, labels, 1.0) > louvain - 0.01


def test_consensus_is_no_worse_than_louvain() -> None:
    for graph in (nx.karate_club_graph(), nx.planted_partition_graph(8, 25, 0.4, 0.02, seed=4)):
        louvain = nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=1))
        settled = settle(edges_of(graph), len(graph))
        assert settled.modularity > louvain - 0.02
        groups = [set(group.tolist()) for group in members(settled.labels)]
        assert settled.modularity == pytest.approx(nx.community.modularity(graph, groups))


def test_clear_communities_are_found_whole_and_stable() -> None:
    graph = nx.planted_partition_graph(6, 30, 0.5, 0.01, seed=2)
    settled = settle(edges_of(graph), len(graph))
    assert [set(group.tolist()) for group in members(settled.labels)] == [
        set(range(start, start + 30)) for start in range(0, 180, 30)
    ]
    np.testing.assert_allclose(settled.stability, 1.0)


def test_stability_is_the_share_of_partitions_that_hold_a_pair_together() -> None:
    edges = edges_of(nx.gnp_random_graph(40, 0.12, seed=3))
    settled = settle(edges, 40, runs=10)
    votes = partitions(edges, 40, [(1.0, 5 + run) for run in range(10)], 3)
    for group, stability in zip(members(settled.labels), settled.stability, strict=True):
        pairs = [(a, b) for a in group for b in group if a < b]
        shares = [np.mean(votes[:, a] == votes[:, b]) for a, b in pairs] or [1.0]
        assert stability == pytest.approx(np.mean(shares))
    assert settled.stability.min() < 0.95


def test_neighbours_that_rarely_stand_together_are_parted() -> None:
    edges = edges_of(nx.gnp_random_graph(60, 0.1, seed=1))
    votes = partitions(edges, 60, [(1.0, 5 + run) for run in range(20)], 3)
    share = (votes[:, edges.a] == votes[:, edges.b]).mean(axis=0)
    strict = settle(edges, 60, share=1.0).labels
    torn = share < 1
    assert torn.any()
    loose = settle(edges, 60, share=0.05).labels
    assert len(set(strict.tolist())) > len(set(loose.tolist()))


def test_one_resolution_finds_large_planted_communities() -> None:
    network = planted(900, 3500, [120, 110, 100, 130, 100, 140, 100, 100], 6, per_member=3.0, inside=0.95)
    settled = settle(project(network.graph), network.graph.organisations)
    found, _ = recovered(network.communities, members(settled.labels))
    assert found >= 7


def test_organisation_without_an_edge_is_alone() -> None:
    settled = settle(Edges(np.array([1]), np.array([3]), np.ones(1), np.ones(1, dtype=np.int64)), 5)
    assert settled.labels.tolist() == [1, 0, 2, 0, 3]
    none = np.empty(0, dtype=np.int64)
    assert settle(Edges(none, none, np.empty(0), none), 2).modularity == 0.0
