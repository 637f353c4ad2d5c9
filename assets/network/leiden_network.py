"""A weighted network as the phases of the Leiden algorithm go over it.

What belongs here: the arrays, and how edges become them. What does not: the phases, organisations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from assets.network.graph import Edges, Floats, Integers

Ends = NDArray[np.int32]


@dataclass(frozen=True)
class Network:
    """Nodes and their neighbours; no node neighbours itself, every weight is above 0.

    Sums over neighbours are made in the order in which these come, which decides between moves worth the same.
    """

    starts: Integers
    """Shape (nodes + 1,): the neighbours of node i stand at starts[i] to starts[i + 1]."""
    ends: Ends
    """Shape (2 edges,): neighbours, ascending for each node."""
    weights: Floats
    """Shape (2 edges,)."""
    even_weights: Floats
    """`weights` with one for each pair. Where nodes stand for several, the sums from either side of a pair may differ
    in their last digits; here both are that from the lower number's."""
    strength: Floats
    """Shape (nodes,): sum of the weights of a node; of one that stands for several, the sum of theirs."""


def network_of(edges: Edges) -> tuple[Network, Integers]:
    """The edges as a network, and the organisation of each node: nodes are numbered as the edges first name them."""
    named, first, place = np.unique(np.column_stack([edges.a, edges.b]), return_index=True, return_inverse=True)
    by_first = np.argsort(first)
    number = np.empty(len(named), dtype=np.int64)
    number[by_first] = np.arange(len(named))
    a, b = number[place.reshape(-1, 2)].T
    both = np.concatenate([a, b]), np.concatenate([b, a])
    matrix = sparse.coo_array((np.tile(edges.weight, 2), both), shape=(len(named), len(named))).tocsr()
    matrix.sort_indices()
    weights: Floats = matrix.data
    strength = np.bincount(np.repeat(np.arange(len(named)), np.diff(matrix.indptr)), weights, len(named))
    return (
        Network(
            matrix.indptr.astype(np.int64),
            matrix.indices.astype(np.int32),
            weights,
            weights,
            strength.astype(np.float64),
        ),
        named[by_first],
    )
