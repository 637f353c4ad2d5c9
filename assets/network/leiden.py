"""Leiden partitions of the projected graph, and their modularity.

What belongs here: the one place that calls the library. What does not: what partitions are used for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import graspologic_native
import numpy as np

from assets.network.graph import Edges, Integers


def partitions(
    edges: Edges, organisations: int, runs: Sequence[tuple[float, int]], iterations: int, threads: int | None = None
) -> Integers:
    """Leiden partitions by modularity (Traag, Waltman, van Eck 2019), one for each (resolution, seed).

    Returns labels of shape (runs, organisations). An organisation with no edge is alone. Each run depends on the edges,
    its resolution and its seed alone; `threads` of them are made at once, None for one a core.
    """
    names = [str(organisation) for organisation in range(organisations)]
    listed = list(zip([names[a] for a in edges.a], [names[b] for b in edges.b], edges.weight.tolist(), strict=True))

    def partition(run: tuple[float, int]) -> Integers:
        labels = np.arange(organisations) + organisations
        if listed:
            resolution, seed = run
            _, found = graspologic_native.leiden(listed, resolution=resolution, seed=seed, iterations=iterations)
            labels[np.fromiter(map(int, found), dtype=np.int64)] = np.fromiter(found.values(), dtype=np.int64)
        return labels

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        found = list(pool.map(partition, runs))
    return np.stack(found)


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
