"""Leiden partitions of the projected graph, and their modularity (Traag, Waltman, van Eck 2019).

What belongs here: the rounds of the algorithm, and many partitions at once. What does not: its three phases
(`leiden_moves`, `leiden_refinement`, `leiden_aggregation`), what partitions are used for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from assets.network.graph import Edges, Integers
from assets.network.leiden_aggregation import network_of_parts
from assets.network.leiden_moves import move_nodes
from assets.network.leiden_network import Network, network_of
from assets.network.leiden_refinement import refine
from assets.network.xoshiro import State, seeded


def partitions(
    edges: Edges, organisations: int, runs: Sequence[tuple[float, int]], iterations: int, threads: int | None = None
) -> Integers:
    """Leiden partitions by modularity, one for each (resolution, seed); `iterations` times over the graph.

    Returns labels of shape (runs, organisations). An organisation with no edge is alone. Each run depends on the edges,
    its resolution and its seed alone; `threads` of them are made at once, None for one a core.
    """
    network, of_node = network_of(edges)

    def partition(run: tuple[float, int]) -> Integers:
        labels = np.arange(organisations) + organisations
        resolution, seed = run
        labels[of_node] = _partition(network, resolution, seed, iterations)
        return labels

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        return np.stack(list(pool.map(partition, runs)))


def modularity(edges: Edges, labels: Integers, resolution: float) -> float:
    """Newman's modularity of a partition of the weighted graph; 0 for a graph without edges.

    Share of weight inside less resolution times its expectation from the organisations' weights.
    """
    total = edges.weight.sum()
    if not total:
        return 0.0
    _, numbered = np.unique(labels, return_inverse=True)
    ends = np.concatenate([numbered[edges.a], numbered[edges.b]])
    strength = np.bincount(ends, np.concatenate([edges.weight, edges.weight]))
    inside = edges.weight[numbered[edges.a] == numbered[edges.b]].sum()
    return float(inside / total - resolution * np.square(strength / (2 * total)).sum())


def _partition(network: Network, resolution: float, seed: int, iterations: int) -> Integers:
    """Cluster of each node."""
    labels = np.arange(len(network.strength))
    if len(labels):
        state = seeded(seed)
        # The sum over all neighbours, every edge from both its ends, in their order.
        pressure = resolution / network.weights.cumsum()[-1]
        for _ in range(iterations):
            labels = _improved(network, labels, pressure, state)
    return labels


def _improved(network: Network, labels: Integers, pressure: float, state: State) -> Integers:
    """Clusters after moves, refinement and the same on the network of the parts, as long as any nodes come together."""
    below: list[Integers] = []
    while True:
        move_nodes(network.starts, network.ends, network.weights, network.strength, labels, pressure, state)
        clusters = int(labels.max()) + 1
        has_not_shrunk = bool(below) and len(labels) == len(below[-1])
        if clusters == len(labels) or has_not_shrunk:
            break
        part_of, labels = refine(network.starts, network.ends, network.even_weights, labels, clusters, pressure, state)
        network = network_of_parts(network, part_of, len(labels))
        below.append(part_of)
    for part_of in reversed(below):
        labels = labels[part_of]
    return labels
