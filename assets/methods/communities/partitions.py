"""Partitions of the projected graph into communities, and their modularity.

What belongs here: many partitions at once, by Leiden (Traag, Waltman, van Eck 2019; graspologic's) or Louvain (Blondel,
Guillaume, Lambiotte, Lefebvre 2008; networkx's). What does not: what partitions are used for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import graspologic_native
import numpy as np
from scipy import sparse

from assets.arrays import Integers
from assets.method import CommunityAlgorithm
from assets.methods.communities.graph import Edges


def partitions(
    edges: Edges,
    organisations: int,
    runs: Sequence[tuple[float, int]],
    iterations: int,
    threads: int | None = None,
    algorithm: CommunityAlgorithm = "leiden",
) -> Integers:
    """Partitions by modularity, one for each (resolution, seed).

    Returns labels of shape (runs, organisations). An organisation with no edge is alone. Each run depends on the edges,
    its resolution and its seed alone; `threads` of them are made at once, None for one a core. Leiden goes over the
    graph `iterations` times; Louvain until nothing is gained.
    """
    if not len(edges.a):
        return np.tile(np.arange(organisations), (len(runs), 1))
    ends = np.concatenate([edges.a, edges.b]), np.concatenate([edges.b, edges.a])
    weights = np.concatenate([edges.weight, edges.weight]).astype(np.float64)
    adjacency = sparse.coo_array((weights, ends), shape=(organisations, organisations)).tocsr()
    adjacency.sort_indices()
    if algorithm == "louvain":
        return _louvain(adjacency, runs)
    starts, indices, data = adjacency.indptr.astype(np.int64), adjacency.indices.astype(np.int32), adjacency.data

    def partition(run: tuple[float, int]) -> Integers:
        resolution, seed = run
        _, found = graspologic_native.leiden_csr(
            starts, indices, data, organisations, resolution=resolution, seed=seed, iterations=iterations
        )
        labels = np.empty(organisations, dtype=np.int64)
        labels[list(found)] = list(found.values())
        return labels

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        return np.stack(list(pool.map(partition, runs)))


def _louvain(adjacency: sparse.csr_array, runs: Sequence[tuple[float, int]]) -> Integers:
    """Louvain's partitions, one after another: networkx is Python, which threads do not make faster."""
    # Half a second, which a month by Leiden need not wait for.
    import networkx

    network = networkx.from_scipy_sparse_array(adjacency)
    labels = np.empty((len(runs), adjacency.shape[0]), dtype=np.int64)
    for run, (resolution, seed) in enumerate(runs):
        found = networkx.community.louvain_communities(network, resolution=resolution, seed=seed)
        for label, members in enumerate(found):
            labels[run, list(members)] = label
    return labels


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
