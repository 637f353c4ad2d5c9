"""Is a group internally collaborative: more joint work inside it than in networks of the same degrees.

What belongs here: the test of given groups, spatial or network. What does not: finding groups, random networks.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numba
import numpy as np
import polars as pl
from scipy import sparse

from assets.arrays import Floats, Integers
from assets.method import NetworkMethod
from assets.methods.communities.degree_null import null_networks
from assets.methods.communities.graph import Bipartite, Edges, Numbers, bipartite, project
from assets.work import ALL_CORES, Engine


@dataclass(frozen=True)
class CollaborationTests:
    """Figures of groups numbered 0, 1, ...; every array has shape (groups,)."""

    joint_projects: Integers
    """Applications with at least two members."""
    joint_pairs: Integers
    """Different pairs of members with a joint application."""
    expected_joint_projects: Floats
    """Mean in the networks of the same degrees."""
    p_value: Floats
    """(1 + r) / (1 + n), r of the n networks having at least as many joint projects; 1 where there are none."""


def group_tests(
    participations: pl.DataFrame,
    group_members: pl.DataFrame,
    method: NetworkMethod,
    engine: Engine = ALL_CORES,
) -> pl.DataFrame:
    """The test of every group, one row each by group_id: columns of network.collaboration_tests.

    `participations` has columns application_id and organisation_id, `group_members` group_id and organisation_id; rows
    may repeat and come in any order, groups may overlap; members that never took part, or null, make no difference but
    that their group is tested. Without participations no group has joint work: p is 1.
    `engine`: what makes the networks; they are looked at here, which takes less time than sending them would.
    """
    group_ids = group_members["group_id"].unique().sort()
    if participations.is_empty() or group_members.is_empty():
        none = np.zeros(len(group_ids), dtype=np.int64)
        tests = CollaborationTests(none, none, none.astype(np.float64), np.ones(len(group_ids)))
    else:
        graph, organisation_ids = bipartite(participations)
        organisations = pl.Series("organisation_id", organisation_ids).to_frame().with_row_index("organisation")
        known = group_members.join(organisations, on="organisation_id")
        in_group = membership(
            group_ids.search_sorted(known["group_id"]).to_numpy(),
            known["organisation"].to_numpy(),
            len(group_ids),
            graph.organisations,
        )
        null = null_networks(
            graph, method.collaboration_draws, method.null_trades_per_application, method.network_seed, engine
        )
        tests = collaboration_tests(graph, project(graph), in_group, null, engine.threads)
    return pl.DataFrame(
        {
            "group_id": group_ids,
            "joint_projects": tests.joint_projects,
            "joint_pairs": tests.joint_pairs,
            "expected_joint_projects": tests.expected_joint_projects,
            "collaboration_p_value": tests.p_value,
        }
    ).with_columns(
        is_internally_collaborative=is_collaborative(
            pl.lit(method.min_joint_projects), pl.lit(method.min_joint_pairs), pl.lit(method.collaboration_alpha)
        )
    )


def membership(group: Integers, organisation: Integers, groups: int, organisations: int) -> sparse.csr_array:
    """1 where the organisation is in the group, shape (organisations, groups). Pairs may repeat; groups may overlap."""
    ones = np.ones(len(group), dtype=np.int64)
    matrix = sparse.coo_array((ones, (organisation, group)), shape=(organisations, groups)).tocsr()
    matrix.data[:] = 1
    return matrix


def collaboration_tests(
    graph: Bipartite,
    edges: Edges,
    in_group: sparse.csr_array,
    null: Iterable[Bipartite],
    threads: int | None = None,
) -> CollaborationTests:
    """Test every group against the same networks of the same degrees. [stated: joint work; test ours]

    `edges` is the projection of `graph`, `in_group` as from `membership`, `threads` those it looks with,
    None for one a core.
    """
    observed = joint_projects(graph, in_group)
    at_least, total, draws = np.zeros_like(observed), np.zeros_like(observed), 0
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        for by_chance in pool.map(functools.partial(joint_projects, in_group=in_group), null):
            at_least += by_chance >= observed
            total += by_chance
            draws += 1
    return CollaborationTests(
        observed, joint_pairs(edges, in_group), total / max(draws, 1), (1 + at_least) / (1 + draws)
    )


def joint_projects(graph: Bipartite, in_group: sparse.csr_array) -> Integers:
    """Applications with at least two members of each group, shape (groups,)."""
    return _joint_projects(graph.starts, graph.partners, in_group.indptr, in_group.indices, in_group.shape[1])


def joint_pairs(edges: Edges, in_group: sparse.csr_array) -> Integers:
    """Different pairs of members of each group with a joint application, shape (groups,)."""
    together = in_group[edges.a].multiply(in_group[edges.b])
    return np.asarray(together.sum(axis=0)).astype(np.int64)


def is_collaborative(min_joint_projects: pl.Expr, min_joint_pairs: pl.Expr, alpha: pl.Expr) -> pl.Expr:
    """Criterion 4 of `joint_projects`, `joint_pairs` and `collaboration_p_value`: at least so many joint projects among
    so many pairs, and more than chance: p < alpha. [ours]"""
    enough = (pl.col("joint_projects") >= min_joint_projects) & (pl.col("joint_pairs") >= min_joint_pairs)
    return enough & (pl.col("collaboration_p_value") < alpha)


@numba.njit(cache=True, nogil=True)
def _joint_projects(
    starts: Integers, partners: Numbers, group_starts: Integers, groups_of: Integers, groups: int
) -> Integers:
    """Applications with at least two members of each group; organisation i is in groups_of[group_starts[i]:...]."""
    joint = np.zeros(groups, dtype=np.int64)
    seen_in = np.full(groups, -1, dtype=np.int64)
    counted_in = np.full(groups, -1, dtype=np.int64)
    for application in range(len(starts) - 1):
        for slot in range(starts[application], starts[application + 1]):
            for place in range(group_starts[partners[slot]], group_starts[partners[slot] + 1]):
                group = groups_of[place]
                if seen_in[group] != application:
                    seen_in[group] = application
                elif counted_in[group] != application:
                    counted_in[group] = application
                    joint[group] += 1
    return joint
