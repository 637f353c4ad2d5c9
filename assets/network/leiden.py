"""Leiden partitions of the projected graph, and their modularity (Traag, Waltman, van Eck 2019).

What belongs here: many partitions at once by graspologic's Leiden, and their quality. What does not: what partitions
are used for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import graspologic_native
import numpy as np
from scipy import sparse

from assets.network.graph import Edges, Integers


def partitions(
    edges: Edges, organisations: int, runs: Sequence[tuple[float, int]], iterations: int, threads: int | None = None
) -> Integers:
    """Leiden partitions by modularity, one for each (resolution, seed); `iterations` times over the graph.

    Returns labels of shape (runs, organisations). An organisation with no edge is alone. Each run depends on the edges,
    its resolution and its seed alone; `threads` of them are made at once, None for one a core.
    """
    if not len(edges.a):
        return np.tile(np.arange(organisations), (len(runs), 1))
    ends = np.concatenate([edges.a, edges.b]), np.concatenate([edges.b, edges.a])
    weights = np.concatenate([edges.weight, edges.weight]).astype(np.float64)
    adjacency = sparse.coo_array((weights, ends), shape=(organisations, organisations)).tocsr()
    adjacency.sort_indices()
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
