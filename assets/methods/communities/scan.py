"""Communities by a scan over resolutions, judged against networks of the same degrees. [ours]

What belongs here: candidates, their null, and the choice among them. What does not: the measures themselves
(`partnerships`), the tree (`selection`), the random networks (`degree_null`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from assets.arrays import Floats, Integers
from assets.method import NetworkMethod
from assets.methods.communities.degree_null import null_networks
from assets.methods.communities.graph import Bipartite, project
from assets.methods.communities.labels import OUTSIDE, by_size, counts, keep, members
from assets.methods.communities.partitions import partitions
from assets.methods.communities.partnerships import Measures, measure, prune
from assets.methods.communities.selection import best_disjoint, tree
from assets.work import ALL_CORES, Engine, over


@dataclass(frozen=True)
class Candidates:
    """Pruned groups; arrays of shape (candidates,)."""

    members: list[Integers]
    """Organisations of each, ascending."""
    firms: Integers
    resolution: Floats
    total: Integers
    """Sum of the members' numbers of partnerships."""
    score: Floats


@dataclass(frozen=True)
class Scan:
    """What the scan found. Communities are numbered from 0, the largest first; their arrays are (communities,)."""

    labels: Integers
    """Community of each organisation, OUTSIDE where it is in none; shape (organisations,)."""
    resolution: Floats
    """The coarsest resolution the community was a candidate at."""
    measures: Measures
    excess: Floats
    """Score less the quantile of the null at its total of partnerships."""
    p_value: Floats
    candidates: int
    """Different candidates with enough firms."""
    null_candidates: int
    """Candidates in networks of the same degrees that the null was fitted to."""


@dataclass(frozen=True)
class ScoreNull:
    """How high candidates score in networks of the same degrees, by the logarithm of their total of partnerships.

    The root of the score is nearly normal; its mean is linear in the logarithm of the total and held constant beyond
    the totals that were seen.
    """

    intercept: float
    slope: float
    deviation: float
    log_totals: tuple[float, float]
    """The smallest and largest seen."""

    def quantile(self, totals: Integers, sigmas: float) -> Floats:
        """Score that lies `sigmas` standard deviations above the mean, at each total."""
        return np.square(np.maximum(self._mean(totals) + sigmas * self.deviation, 0.0))

    def p_value(self, totals: Integers, scores: Floats) -> Floats:
        """Chance that a candidate of such a total scores at least as much in a network of the same degrees."""
        return norm.sf((np.sqrt(scores) - self._mean(totals)) / self.deviation)

    def in_share(self, share: float) -> ScoreNull:
        """The same where a share of all partnerships is left: a score is a sum over them, its root goes by the root."""
        root, shift = float(np.sqrt(share)), float(np.log(share))
        return ScoreNull(
            root * (self.intercept - self.slope * shift),
            root * self.slope,
            root * self.deviation,
            (self.log_totals[0] + shift, self.log_totals[1] + shift),
        )

    def _mean(self, totals: Integers) -> Floats:
        return self.intercept + self.slope * np.clip(np.log(np.maximum(totals, 1)), *self.log_totals)


class FittedNull(NamedTuple):
    """A null, and how many candidates it was fitted to."""

    null: ScoreNull
    candidates: int


THEORY = ScoreNull(intercept=0.0, slope=0.0, deviation=1.0, log_totals=(0.0, 0.0))
"""The root of a Poisson deviance far from zero: what is left where random networks hold too few candidates to fit."""


def scan(
    graph: Bipartite,
    is_firm: NDArray[np.bool_],
    method: NetworkMethod,
    engine: Engine = ALL_CORES,
) -> Scan:
    """Communities that score above what networks of the same degrees give, the disjoint ones of greatest excess.

    `is_firm` has shape (organisations,): a community has at least `community_min_firms` of them. `engine`: what
    makes networks of the same degrees and scans them.
    """
    return scan_against(graph, is_firm, method, null_of(graph, is_firm, method, engine), engine.threads)


def null_of(graph: Bipartite, is_firm: NDArray[np.bool_], method: NetworkMethod, engine: Engine) -> FittedNull:
    """How high candidates score in networks of the same degrees; as `scan` says."""
    networks = null_networks(
        graph, method.community_null_draws, method.null_trades_per_application, method.network_seed, engine
    )
    by_chance = over(networks, _by_chance, engine, (is_firm, method))
    return FittedNull(*fit_null(by_chance, method.community_min_firms, method.community_null_candidates))


def scan_against(
    graph: Bipartite,
    is_firm: NDArray[np.bool_],
    method: NetworkMethod,
    fitted: FittedNull,
    threads: int | None = None,
) -> Scan:
    """`scan` where it is known how high candidates score by chance. `threads`: as `partitions` says."""
    null = fitted.null
    found = _publishable(candidates(graph, is_firm, method, threads), method.community_min_firms)
    excess = found.score - null.quantile(found.total, method.community_null_sigmas)
    chosen = best_disjoint(tree(found.members, graph.organisations), excess)

    labels = np.full(graph.organisations, OUTSIDE, dtype=np.int64)
    resolution = np.zeros(graph.organisations)
    # Groups of different branches may share members: the one that exceeds more keeps them, and all are judged anew.
    for group in chosen[np.argsort(excess[chosen], kind="stable")]:
        labels[found.members[group]] = group
        resolution[found.members[group]] = found.resolution[group]
    labels = prune(graph, by_size(labels), method.member_min_joint, method.member_alpha)
    measures = measure(graph, labels)
    exceeds = measures.score > null.quantile(measures.total, method.community_null_sigmas)
    labels = keep(labels, exceeds & (counts(labels, is_firm) >= method.community_min_firms))
    measures = measure(graph, labels)
    return Scan(
        labels,
        np.array([resolution[group[0]] for group in members(labels)], dtype=np.float64),
        measures,
        measures.score - null.quantile(measures.total, method.community_null_sigmas),
        null.p_value(measures.total, measures.score),
        len(found.members),
        fitted.candidates,
    )


def candidates(
    graph: Bipartite, is_firm: NDArray[np.bool_], method: NetworkMethod, threads: int | None = None
) -> Candidates:
    """Groups of partitions at every resolution of the scan, coarsest first, pruned to those who belong.

    `threads`: as `partitions` says.
    """
    runs = [(resolution, method.network_seed) for resolution in sorted(method.scan_resolutions)]
    parts = []
    found = partitions(
        project(graph), graph.organisations, runs, method.leiden_iterations, threads, method.community_algorithm
    )
    for (resolution, _), labels in zip(runs, found, strict=True):
        pruned = prune(graph, labels, method.member_min_joint, method.member_alpha)
        measures = measure(graph, pruned)
        groups = members(pruned)
        parts.append(
            Candidates(
                groups, counts(pruned, is_firm), np.full(len(groups), resolution), measures.total, measures.score
            )
        )
    return _together(parts)


def _by_chance(network: Bipartite, given: tuple[NDArray[np.bool_], NetworkMethod]) -> Candidates:
    """The candidates of a network, by one thread: other networks are scanned beside it."""
    is_firm, method = given
    return candidates(network, is_firm, method, threads=1)


def fit_null(by_chance: Sequence[Candidates], min_firms: int, at_least: int) -> tuple[ScoreNull, int]:
    """The null of the candidates of random networks, and how many it was fitted to. [ours]

    It is fitted to the candidates of `min_firms` firms or more, since larger ones score higher; where these are fewer
    than `at_least`, to that many with the most firms and all that have as many. Where there are too few of any kind,
    the deviation is not below the theory's.
    """
    null = _together(by_chance)
    fewest = min(min_firms, np.sort(null.firms)[-at_least]) if len(null.firms) >= at_least else 0
    used = null.firms >= fewest
    used_count = int(used.sum())
    if used_count < 3:  # A line and the deviation from it need three.
        return THEORY, used_count
    log_totals, roots = np.log(null.total[used]), np.sqrt(null.score[used])
    design = np.stack([np.ones(used_count), log_totals], axis=1)
    coefficients = np.linalg.lstsq(design, roots)[0]
    deviation = float(np.sqrt(np.square(roots - design @ coefficients).sum() / (used_count - 2)))
    if used_count < at_least:
        deviation = max(deviation, THEORY.deviation)
    extent = (float(log_totals.min()), float(log_totals.max()))
    return ScoreNull(float(coefficients[0]), float(coefficients[1]), deviation, extent), used_count


def _publishable(found: Candidates, min_firms: int) -> Candidates:
    """Candidates with enough firms, each set of members once, the largest first."""
    seen: dict[bytes, int] = {}
    for group in np.flatnonzero(found.firms >= min_firms):
        seen.setdefault(found.members[group].tobytes(), int(group))
    largest_first = sorted(seen.values(), key=lambda group: (-len(found.members[group]), group))
    return _take(found, largest_first)


def _take(found: Candidates, groups: Sequence[int]) -> Candidates:
    index = np.array(groups, dtype=np.int64)
    return Candidates(
        [found.members[group] for group in groups],
        found.firms[index],
        found.resolution[index],
        found.total[index],
        found.score[index],
    )


def _together(parts: Sequence[Candidates]) -> Candidates:
    return Candidates(
        [group for part in parts for group in part.members],
        np.concatenate([part.firms for part in parts]),
        np.concatenate([part.resolution for part in parts]),
        np.concatenate([part.total for part in parts]),
        np.concatenate([part.score for part in parts]),
    )
