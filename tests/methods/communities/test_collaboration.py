from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from assets.method import NetworkMethod
from assets.methods.communities.collaboration import (
    collaboration_tests,
    group_tests,
    is_collaborative,
    membership,
)
from assets.methods.communities.degree_null import null_networks
from assets.methods.communities.graph import Bipartite, project
from tests.methods.communities.networks import participations, planted, random_network

METHOD = NetworkMethod()


def rows_of(graph: Bipartite) -> list[set[int]]:
    return [set(row.tolist()) for row in np.split(graph.partners, graph.starts[1:-1])]


def joint(graph: Bipartite, group: set[int]) -> int:
    return sum(len(row & group) >= 2 for row in rows_of(graph))


def test_figures_and_p_values_by_brute_force() -> None:
    graph = random_network(25, 40, 3)
    generator = np.random.default_rng(1)
    # Groups overlap; the last has no member at all.
    groups = [set(generator.choice(25, size, replace=False).tolist()) for size in (2, 5, 8, 12)] + [set()]
    pairs = np.array([(number, member) for number, group in enumerate(groups) for member in group])
    in_group = membership(pairs[:, 0], pairs[:, 1], len(groups), 25)
    null = list(null_networks(graph, 30, 10, seed=4))
    found = collaboration_tests(graph, project(graph), in_group, iter(null))
    for number, group in enumerate(groups):
        observed = joint(graph, group)
        by_chance = [joint(network, group) for network in null]
        at_least = sum(count >= observed for count in by_chance)
        rows = rows_of(graph)
        assert found.joint_projects[number] == observed
        assert found.joint_pairs[number] == sum(
            any({a, b} <= row for row in rows) for a, b in combinations(sorted(group), 2)
        )
        assert found.expected_joint_projects[number] == pytest.approx(np.mean(by_chance))
        assert found.p_value[number] == pytest.approx((1 + at_least) / 31)


def test_repeated_members_count_once() -> None:
    once = membership(np.array([0, 0]), np.array([1, 2]), 1, 4)
    twice = membership(np.array([0, 0, 0]), np.array([1, 2, 1]), 1, 4)
    assert (once != twice).nnz == 0


def test_thresholds_of_the_criterion() -> None:
    tests = pl.DataFrame(
        {
            "joint_projects": [3, 2, 3, 3],
            "joint_pairs": [2, 2, 1, 2],
            "collaboration_p_value": [0.049, 0.01, 0.01, 0.05],
        }
    )
    met = tests.select(is_collaborative(pl.lit(3), pl.lit(2), pl.lit(0.05))).to_series()
    assert met.to_list() == [True, False, False, False]


def test_planted_group_is_collaborative_and_others_are_at_the_level_of_the_test() -> None:
    network = planted(600, 1500, [30], 2)
    generator = np.random.default_rng(5)
    outside = [member for member in range(600) if member not in network.communities[0]]
    groups = {"spatial-planted": network.communities[0]} | {
        f"spatial-{number}": set(generator.choice(outside, 40, replace=False).tolist()) for number in range(60)
    }
    rows = pl.DataFrame(
        [(name, f"O{member:06d}") for name, group in groups.items() for member in group],
        schema=["group_id", "organisation_id"],
        orient="row",
    )
    table = group_tests(participations(network.graph), rows, METHOD)
    assert table["group_id"].to_list() == sorted(groups)
    planted_row = table.row(by_predicate=pl.col("group_id") == "spatial-planted", named=True)
    assert planted_row["collaboration_p_value"] == pytest.approx(1 / (1 + METHOD.collaboration_draws))
    assert planted_row["is_internally_collaborative"]
    others = table.filter(pl.col("group_id") != "spatial-planted")["collaboration_p_value"].to_numpy()
    assert others.mean() > 0.4
    assert table["is_internally_collaborative"].sum() <= 7
    shuffled = group_tests(
        participations(network.graph).sample(fraction=1, shuffle=True, seed=1),
        rows.sample(fraction=1, shuffle=True, seed=2),
        METHOD,
    )
    assert shuffled.equals(table)


def test_groups_have_their_own_p_value_whatever_other_groups_are_tested() -> None:
    graph = random_network(40, 80, 9)
    rows = pl.DataFrame({"group_id": ["a"] * 10 + ["b"] * 10, "organisation_id": [f"O{n:06d}" for n in range(20)]})
    both = group_tests(participations(graph), rows, METHOD)
    alone = group_tests(participations(graph), rows.filter(pl.col("group_id") == "b"), METHOD)
    assert both.filter(pl.col("group_id") == "b").equals(alone)


def test_without_applications_nothing_is_collaborative() -> None:
    rows = pl.DataFrame({"group_id": ["spatial-1", "spatial-1"], "organisation_id": ["x", "y"]})
    none = pl.DataFrame(schema={"application_id": pl.String, "organisation_id": pl.String})
    assert group_tests(none, rows, METHOD).rows() == [("spatial-1", 0, 0, 0.0, 1.0, False)]
    assert group_tests(none, rows.clear(), METHOD).height == 0


def test_group_whose_members_never_took_part() -> None:
    rows = pl.DataFrame({"group_id": ["spatial-1", "spatial-1"], "organisation_id": ["x", "y"]})
    assert group_tests(participations(random_network(10, 20, 1)), rows, METHOD).rows() == [
        ("spatial-1", 0, 0, 0.0, 1.0, False)
    ]
