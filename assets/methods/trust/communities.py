"""How stable communities of collaborators are: each looked for among the communities of draws of the organisations.

What belongs here: the graph that a draw leaves, and the profile's method on it. What does not: the method
(`assets.methods.communities`), who is drawn (`draws`), likeness (`stability`).

A draw is a bootstrap without the copies, as of a sector's organisations: who was drawn stands once, and the graph is
the one induced on them, with their applications among themselves. Numbers of firms and of joint applications that the
method asks for are taken in the share that stands. The consensus is taken over fewer partitions than the month's.

Of the partnerships between a group's members the square of that share is left, of a member's those with the share of
the others. The scan's scores are sums over partnerships: a group of the same density has the square of the share of its
score, so what candidates score by chance is the month's own null in that share. The logarithm of a Poisson tail goes by
the size of the count likewise: a member's level is taken to the power of the share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.arrays import Bools, Integers
from assets.method import NetworkMethod, TrustMethod
from assets.methods.communities.consensus import consensus
from assets.methods.communities.degree_null import forget_networks
from assets.methods.communities.graph import Bipartite, Edges
from assets.methods.communities.labels import counts, keep
from assets.methods.communities.scan import FittedNull, null_of, scan_against
from assets.methods.trust.draws import BOOTSTRAP_SHARE, Find, part_of
from assets.methods.trust.stability import Counted, Grouped, looked_for, together
from assets.work import Engine, over


@dataclass(frozen=True)
class Collaborators:
    """The month's graph. Arrays have shape (organisations,)."""

    graph: Bipartite
    edges: Edges
    """Its projection."""
    is_firm: Bools
    community: Integers
    """The community that each is looked for in, from 0 without gaps; OUTSIDE in none."""
    communities: int


@dataclass(frozen=True)
class CommunityRules:
    """How communities are looked for in a draw."""

    method: NetworkMethod
    """Of a draw: with sizes in its share."""
    fitted: FittedNull | None
    """Of the scan alone."""

    def finder(self, month: Collaborators) -> Find:
        """The communities of those that stand."""
        method, fitted = self.method, self.fitted
        if fitted is None:
            return _by_consensus(month, method)

        def by_scan(standing: Bools, _: np.random.Generator) -> Integers:
            among = induced(month.graph, standing)
            return scan_against(among, month.is_firm[standing], method, fitted, threads=1).labels

        return by_scan


def _by_consensus(month: Collaborators, method: NetworkMethod) -> Find:
    def find(standing: Bools, _: np.random.Generator) -> Integers:
        among = induced_edges(month.edges, standing)
        labels = consensus(among, int(standing.sum()), method, threads=1).labels
        return keep(labels, counts(labels, month.is_firm[standing]) >= method.community_min_firms)

    return find


def draws_of(edges: int, method: TrustMethod) -> int:
    """How often is drawn of a graph of so many edges."""
    drawn = max(1.0, edges * BOOTSTRAP_SHARE**2)
    return min(method.bootstrap_draws, max(method.bootstrap_min_draws, int(method.stability_all_edges / drawn)))


def each_drawn(month: Collaborators, network: NetworkMethod, trust: TrustMethod, engine: Engine) -> Counted:
    """Look for the month's communities in the draws; the same whatever the engine."""
    fitted = None
    if network.community_method == "scan":
        null, candidates = null_of(month.graph, month.is_firm, network, engine)
        forget_networks()
        fitted = FittedNull(null.in_share(BOOTSTRAP_SHARE**2), candidates)
    rules = CommunityRules(_in_share(network, trust), fitted)
    seeds = [(trust.trust_seed, draw) for draw in range(draws_of(len(month.edges.a), trust))]
    return together(over(seeds, _go, engine, (month, rules)))


def _go(seed: tuple[int, ...], shared: tuple[Collaborators, CommunityRules]) -> Counted:
    month, rules = shared
    wanted = Grouped(np.arange(month.graph.organisations), month.community, month.communities)
    return looked_for(wanted, rules.finder(month), BOOTSTRAP_SHARE, [seed])


def _in_share(network: NetworkMethod, trust: TrustMethod) -> NetworkMethod:
    """The method of a draw."""
    return network.model_copy(
        update={
            "consensus_runs": min(network.consensus_runs, trust.stability_partitions),
            "community_min_firms": part_of(network.community_min_firms, BOOTSTRAP_SHARE, 2),
            "member_min_joint": part_of(network.member_min_joint, BOOTSTRAP_SHARE, 1),
            "member_alpha": network.member_alpha**BOOTSTRAP_SHARE,
        }
    )


def induced_edges(edges: Edges, standing: Bools) -> Edges:
    """The edges between those that stand, numbered anew in their order; weights stay."""
    number = np.cumsum(standing) - 1
    kept = standing[edges.a] & standing[edges.b]
    return Edges(number[edges.a[kept]], number[edges.b[kept]], edges.weight[kept], edges.joint[kept])


def induced(graph: Bipartite, standing: Bools) -> Bipartite:
    """The applications of those that stand, numbered anew in their order, as far as two or more do."""
    number = np.cumsum(standing) - 1
    stands = standing[graph.partners]
    sizes = np.bincount(graph.application_of[stands], minlength=graph.applications)
    kept = stands & (sizes >= 2)[graph.application_of]
    starts = np.concatenate([[0], np.cumsum(sizes[sizes >= 2])]).astype(np.int64)
    return Bipartite(starts, number[graph.partners[kept]], int(standing.sum()))
