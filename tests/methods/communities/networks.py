"""Random networks for the tests of this layer: organisations in applications, with or without planted communities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.arrays import Integers
from assets.methods.communities.graph import Bipartite


@dataclass(frozen=True)
class Planted:
    """A network and the communities that were planted in it."""

    graph: Bipartite
    communities: list[set[int]]


def planted(
    organisations: int, applications: int, sizes: list[int], seed: int, per_member: float = 3.0, inside: float = 0.9
) -> Planted:
    """A network with hubs and heavy-tailed activity, and disjoint communities of the given sizes.

    Each community has `per_member` applications a member; of their partners the share `inside` are members, the rest
    and all partners of other applications are drawn by activity.
    """
    generator = np.random.default_rng(seed)
    activity = generator.pareto(1.6, organisations) + 1
    activity[generator.choice(organisations, organisations // 300 + 1, replace=False)] *= 60
    members = np.split(generator.permutation(organisations)[: sum(sizes)], np.cumsum(sizes)[:-1]) if sizes else []
    of_community = np.full(applications, -1)
    own = np.repeat(np.arange(len(sizes)), [int(per_member * size) for size in sizes])
    of_community[: len(own)] = own
    partners = np.minimum(1 + generator.geometric(0.45, applications), 8)
    large = generator.random(applications) < 0.03
    partners[large & (of_community < 0)] += generator.integers(5, 30, applications)[large & (of_community < 0)]
    cumulative = np.cumsum(activity / activity.sum())
    rows = []
    for community, size in zip(of_community, np.maximum(partners, 2), strict=True):
        chosen: set[int] = set()
        if community >= 0:
            among = members[community]
            chosen.update(generator.choice(among, min(generator.binomial(size, inside), len(among)), replace=False))
        while len(chosen) < size:
            chosen.add(int(np.searchsorted(cumulative, generator.random())))
        rows.append(np.array(sorted(chosen)))
    return Planted(from_lists(rows, organisations), [set(group.tolist()) for group in members])


def from_lists(rows: list[Integers], organisations: int) -> Bipartite:
    """A network from the partners of each application."""
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return Bipartite(starts, np.concatenate(rows).astype(np.int64), organisations)


def random_network(organisations: int, applications: int, seed: int, largest: int = 5) -> Bipartite:
    """A network without structure: partners drawn evenly."""
    generator = np.random.default_rng(seed)
    rows = [
        np.sort(generator.choice(organisations, generator.integers(2, largest + 1), replace=False))
        for _ in range(applications)
    ]
    return from_lists(rows, organisations)


def participations(graph: Bipartite) -> pl.DataFrame:
    """The network as rows application_id, organisation_id; ids keep the order of the numbers."""
    return pl.DataFrame(
        {
            "application_id": [f"A{application:06d}" for application in graph.application_of],
            "organisation_id": [f"O{organisation:06d}" for organisation in graph.partners],
        }
    )


def recovered(communities: list[set[int]], groups: list[Integers]) -> tuple[int, int]:
    """Planted communities found (Jaccard of at least 0.5 with some group), and groups that match none."""
    found = [set(group.tolist()) for group in groups]
    matches = [
        {number for number, group in enumerate(found) if 2 * len(group & community) >= len(group | community)}
        for community in communities
    ]
    return sum(bool(match) for match in matches), len(found) - len(set().union(*matches))
