"""Joint partnerships: how many lie inside groups, how many chance would put there, and who belongs.

Two organisations have one partnership for each application in which both stand. An organisation's number of
partnerships d is therefore the sum over its applications of the other partners in them. Chance gives a pair
d_i d_j / (2m) partnerships, where 2m is the sum of all d: the configuration model of the projected multigraph. [ours]
Partnerships are counted, not weighted by 1 / (partners - 1): on planted communities the counts find more of the weak.

What belongs here: the measures of given groups. What does not: finding groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, xlogy

from assets.arrays import Floats, Integers
from assets.methods.communities.graph import Bipartite, Numbers
from assets.methods.communities.labels import OUTSIDE, by_size, group_count


@dataclass(frozen=True)
class Measures:
    """Figures of groups numbered 0, 1, ...; every array has shape (groups,)."""

    total: Integers
    """Sum of the members' numbers of partnerships, inside and outside."""
    inside: Integers
    """Partnerships between members, k."""
    expected: Floats
    """What chance gives, E."""
    score: Floats
    """k log(k / E) - (k - E) where k exceeds E, else 0."""


def partnerships(graph: Bipartite) -> Integers:
    """Number of partnerships of each organisation, shape (organisations,)."""
    others = np.repeat(graph.sizes - 1, graph.sizes)
    return np.bincount(graph.partners, others, graph.organisations).astype(np.int64)


def measure(graph: Bipartite, labels: Integers) -> Measures:
    """Measures of the groups of `labels` (shape (organisations,), OUTSIDE for none)."""
    groups = group_count(labels)
    grouped = labels != OUTSIDE
    number = partnerships(graph)
    total = np.bincount(labels[grouped], number[grouped], groups)
    squares = np.bincount(labels[grouped], np.square(number[grouped], dtype=np.float64), groups)
    within, _ = _joint_work(graph.starts, graph.partners, labels, groups)
    inside = np.bincount(labels[grouped], within[grouped], groups) / 2
    expected = (np.square(total) - squares) / (2 * max(number.sum(), 1))
    return Measures(total.astype(np.int64), inside.astype(np.int64), expected, score(inside, expected))


def score(inside: Floats, expected: Floats) -> Floats:
    """Log likelihood ratio of k partnerships where E are expected, 0 where k does not exceed E. [ours]

    A Poisson deviance halved: its square root is nearly normal where k is Poisson of mean E.
    """
    ratio = np.divide(inside, expected, out=np.ones_like(expected), where=expected > 0)
    return np.where(inside > expected, xlogy(inside, ratio) - (inside - expected), 0.0)


def prune(graph: Bipartite, labels: Integers, min_joint: int, alpha: float) -> Integers:
    """Labels without the members that do not belong, until all that are left do; groups are numbered by size. [ours]

    A member belongs where it has at least `min_joint` applications with others of its group, and more partnerships with
    them than its number of partnerships gives: P(Poisson(E_i) >= k_i) < alpha, E_i = d_i (d_group - d_i) / (2m). All
    that fail leave together, since who fails first must not depend on any order.
    """
    labels = labels.copy()
    number = partnerships(graph).astype(np.float64)
    while True:
        groups = group_count(labels)
        grouped = np.flatnonzero(labels != OUTSIDE)
        within, applications = _joint_work(graph.starts, graph.partners, labels, groups)
        total = np.bincount(labels[grouped], number[grouped], groups)
        expected = number[grouped] * (total[labels[grouped]] - number[grouped]) / number.sum()
        leaves = (applications[grouped] < min_joint) | (_poisson_tail(within[grouped], expected) >= alpha)
        if not leaves.any():
            return by_size(labels)
        labels[grouped[leaves]] = OUTSIDE


def _poisson_tail(count: Integers, mean: Floats) -> Floats:
    """P(X >= count) for Poisson X."""
    return np.where(count > 0, gammainc(np.maximum(count, 1), mean), 1.0)


@numba.njit(cache=True, nogil=True)
def _joint_work(
    starts: Integers, partners: Numbers, labels: Integers, groups: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each organisation, partnerships with its own group and applications with another member of it."""
    within = np.zeros(len(labels), dtype=np.int64)
    applications = np.zeros(len(labels), dtype=np.int64)
    members = np.zeros(groups, dtype=np.int64)
    for application in range(len(starts) - 1):
        slots = range(starts[application], starts[application + 1])
        for slot in slots:
            if labels[partners[slot]] >= 0:
                members[labels[partners[slot]]] += 1
        for slot in slots:
            label = labels[partners[slot]]
            if label >= 0 and members[label] >= 2:
                within[partners[slot]] += members[label] - 1
                applications[partners[slot]] += 1
        for slot in slots:
            if labels[partners[slot]] >= 0:
                members[labels[partners[slot]]] = 0
    return within, applications
