"""Communities by consensus: partitions at one resolution over many seeds, settled where the partitions agree.

What belongs here: the consensus and its stability. What does not: the scan over resolutions, tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from assets.arrays import Floats, Integers
from assets.method import NetworkMethod
from assets.methods.communities.graph import Edges
from assets.methods.communities.labels import by_size
from assets.methods.communities.partitions import modularity, partitions


@dataclass(frozen=True)
class Consensus:
    """A settled partition. Labels are numbered from 0, the largest community first."""

    labels: Integers
    """Community of each organisation, shape (organisations,)."""
    modularity: float
    stability: Floats
    """For each community, the mean over its pairs of the share of partitions that put the pair together; 1 if alone."""


def consensus(edges: Edges, organisations: int, method: NetworkMethod, threads: int | None = None) -> Consensus:
    """Settle `consensus_runs` partitions, each from a seed of its own. [algorithm ours]

    Edges between neighbours that stand together in less than `consensus_share` of the partitions are dropped and the
    rest is partitioned anew, until none is dropped; what is then connected is a community. After Lancichinetti and
    Fortunato 2012, Consensus clustering in complex networks, but with votes on the edges of the graph alone. `threads`:
    as `partitions` says.
    """
    settings = [(method.resolution, method.network_seed + run) for run in range(method.consensus_runs)]

    def partitioned(among: Edges) -> Integers:
        iterations, algorithm = method.leiden_iterations, method.community_algorithm
        return partitions(among, organisations, settings, iterations, threads, algorithm)

    first = votes = partitioned(edges)
    kept = edges
    while True:
        together = (votes[:, kept.a] == votes[:, kept.b]).mean(axis=0) >= method.consensus_share
        if together.all():
            break
        kept = Edges(kept.a[together], kept.b[together], kept.weight[together], kept.joint[together])
        votes = partitioned(kept)
    labels = by_size(_connected(kept, organisations))
    return Consensus(labels, modularity(edges, labels, method.resolution), _stability(first, labels))


def _connected(edges: Edges, organisations: int) -> Integers:
    """Connected component of each organisation."""
    ones = np.ones(len(edges.a), dtype=np.int8)
    adjacency = sparse.coo_array((ones, (edges.a, edges.b)), shape=(organisations, organisations))
    return connected_components(adjacency, directed=False)[1].astype(np.int64)


def _stability(votes: Integers, labels: Integers) -> Floats:
    """Mean share of the partitions in which two members of a community stand together."""
    sizes = np.bincount(labels)
    pairs_together = np.zeros(len(sizes))
    for partition in votes:
        width = partition.max(initial=0) + 1
        cells, counts = np.unique(labels * width + partition, return_counts=True)
        pairs_together += np.bincount(cells // width, counts * (counts - 1) / 2, len(sizes))
    pairs = sizes * (sizes - 1) / 2
    return np.divide(pairs_together / len(votes), pairs, out=np.ones(len(sizes)), where=pairs > 0)
