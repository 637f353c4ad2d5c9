"""The null model: networks of the same degrees.

Every organisation keeps its number of applications, every application its number of partners, no organisation stands
twice in an application; else all such networks are equally likely. What does not belong here: what is measured on them.
"""

from __future__ import annotations

import functools

import numba
import numpy as np
from numpy.typing import NDArray

from assets.methods.communities.graph import Bipartite, Numbers
from assets.methods.statistics.draws import State, below, put_state, state_of
from assets.work import ALL_CORES, Engine, over


def same_degrees(graph: Bipartite, trades_per_application: int, generator: np.random.Generator) -> Bipartite:
    """A network of the same degrees, so many trades away from `graph`.

    In a trade two applications pool the organisations that stand in only one of them and draw them anew, as many each
    as before: the uniform distribution over all networks of the degrees is stationary (Strona et al. 2014; Carstens
    2015).
    """
    # In 32 bits: a trade looks up what lies far apart, and half the bytes are more often at hand.
    partners = graph.partners.astype(np.int32)
    if graph.applications >= 2:
        state = state_of(generator)
        trades = trades_per_application * graph.applications
        _trade(graph.starts.astype(np.int32), partners, graph.organisations, trades, state)
        put_state(generator, state)
    return Bipartite(graph.starts, partners, graph.organisations)


def null_networks(
    graph: Bipartite,
    draws: int,
    trades_per_application: int,
    seed: int,
    engine: Engine = ALL_CORES,
) -> list[Bipartite]:
    """Networks of the same degrees, each as far from one common network as `graph` is.

    Because trades are reversible, graph and draws are exchangeable where the graph is itself such a network: the test
    (1 + r) / (1 + n) is exact however many trades are made (Besag and Clifford 1989, the parallel method). Draw i
    depends on the graph, the seed and i alone.

    The latest networks are kept until others are made or `forget_networks` is called: profiles of one month that differ
    in what they test do not differ in what they test it against.
    """
    contents = graph.starts.tobytes(), graph.partners.astype(np.int32).tobytes(), graph.organisations
    return list(_networks(*contents, draws, trades_per_application, seed, engine))


@functools.lru_cache(maxsize=1)
def _networks(
    starts: bytes,
    partners: bytes,
    organisations: int,
    draws: int,
    trades_per_application: int,
    seed: int,
    engine: Engine,
) -> tuple[Bipartite, ...]:
    """`null_networks` of the graph whose arrays have these contents."""
    graph = Bipartite(np.frombuffer(starts, np.int64), np.frombuffer(partners, np.int32), organisations)
    hub_seed, *draw_seeds = np.random.SeedSequence(seed).spawn(draws + 1)
    hub = same_degrees(graph, trades_per_application, np.random.default_rng(hub_seed))

    drawn = over(draw_seeds, _drawn, engine, (hub, trades_per_application))
    return tuple(Bipartite(hub.starts, partners_drawn, organisations) for partners_drawn in drawn)


def _drawn(draw_seed: np.random.SeedSequence, common: tuple[Bipartite, int]) -> Numbers:
    """The partners of one draw: all else of it is the common network's."""
    hub, trades_per_application = common
    return same_degrees(hub, trades_per_application, np.random.default_rng(draw_seed)).partners


forget_networks = _networks.cache_clear
"""Let go of the networks that `null_networks` keeps."""


@numba.njit(cache=True, nogil=True)
def _trade(
    starts: NDArray[np.int32], partners: NDArray[np.int32], organisations: int, trades: int, state: State
) -> None:
    """Make trades in place, drawing on from `state`."""
    applications = len(starts) - 1
    largest = 0
    for application in range(applications):
        largest = max(largest, starts[application + 1] - starts[application])
    place = np.full(organisations, -1, dtype=np.int32)
    slots = np.empty(2 * largest, dtype=np.int32)
    for _ in range(trades):
        first = below(state, applications)
        second = below(state, applications - 1)
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
            other = below(state, last + 1)
            partners[slots[last]], partners[slots[other]] = partners[slots[other]], partners[slots[last]]
