"""The null model: networks of the same degrees.

Every organisation keeps its number of applications, every application its number of partners, no organisation stands
twice in an application; else all such networks are equally likely. What does not belong here: what is measured on them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numba
import numpy as np

from assets.network.graph import Bipartite, Integers


def same_degrees(graph: Bipartite, trades_per_application: int, generator: np.random.Generator) -> Bipartite:
    """A network of the same degrees, so many trades away from `graph`.

    In a trade two applications pool the organisations that stand in only one of them and draw them anew, as many each
    as before: the uniform distribution over all networks of the degrees is stationary (Strona et al. 2014; Carstens
    2015).
    """
    partners = graph.partners.copy()
    if graph.applications >= 2:
        _trade(graph.starts, partners, graph.organisations, trades_per_application * graph.applications, generator)
    return Bipartite(graph.starts, partners, graph.organisations)


def null_networks(graph: Bipartite, draws: int, trades_per_application: int, seed: int) -> Iterator[Bipartite]:
    """Networks of the same degrees, each as far from one common network as `graph` is.

    Because trades are reversible, graph and draws are exchangeable where the graph is itself such a network: the test
    (1 + r) / (1 + n) is exact however many trades are made (Besag and Clifford 1989, the parallel method). Draw i
    depends on the graph, the seed and i alone.
    """
    hub_seed, *draw_seeds = np.random.SeedSequence(seed).spawn(draws + 1)
    hub = same_degrees(graph, trades_per_application, np.random.default_rng(hub_seed))
    for draw_seed in draw_seeds:
        yield same_degrees(hub, trades_per_application, np.random.default_rng(draw_seed))


@numba.njit(cache=True)
def _trade(
    starts: Integers, partners: Integers, organisations: int, trades: int, generator: np.random.Generator
) -> None:
    """Make trades in place."""
    applications = len(starts) - 1
    largest = 0
    for application in range(applications):
        largest = max(largest, starts[application + 1] - starts[application])
    place = np.full(organisations, -1, dtype=np.int64)
    slots = np.empty(2 * largest, dtype=np.int64)
    for _ in range(trades):
        first = generator.integers(0, applications)
        second = generator.integers(0, applications - 1)
        if second >= first:
            second += 1
        for slot in range(starts[first], starts[first + 1]):
            place[partners[slot]] = slot
        # Slots whose organisation stands in one of the two only: of the second application here, of the first below.
        free = 0
        for slot in range(starts[second], starts[second + 1]):
            if place[partners[slot]] < 0:
                slots[free] = slot
                free += 1
            else:
                place[partners[slot]] = -1
        for slot in range(starts[first], starts[first + 1]):
            if place[partners[slot]] >= 0:
                slots[free] = slot
                free += 1
                place[partners[slot]] = -1
        for last in range(free - 1, 0, -1):
            other = generator.integers(0, last + 1)
            partners[slots[last]], partners[slots[other]] = partners[slots[other]], partners[slots[last]]
