"""Stability of communities where it is known what it has to be, and the graph that a draw leaves."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from assets.method import MethodProfile
from assets.methods.communities.graph import Bipartite, bipartite, project
from assets.methods.communities.groups import find_communities
from assets.methods.communities.labels import OUTSIDE
from assets.methods.trust.communities import Collaborators, draws_of, each_drawn, induced, induced_edges
from assets.methods.trust.stability import summed_up
from assets.work import Threads

METHOD = MethodProfile.model_validate({"name": "test", "trust": {"bootstrap_draws": 10, "bootstrap_min_draws": 10}})


def collaborations(random: np.random.Generator, sizes: list[int], elsewhere: float) -> pl.DataFrame:
    """Applications of three partners, eight to each organisation of a group: from the group, or a share from all."""
    first, rows = 0, []
    for size in sizes:
        for number in range(8 * size // 3):
            some = random.choice(size, 3, replace=False) + first
            if random.random() < elsewhere:
                some = random.choice(sum(sizes), 3, replace=False)
            rows += [(f"A{first:03}-{number:03}", f"O{organisation:03}") for organisation in some]
        first += size
    return pl.DataFrame(rows, schema=["application_id", "organisation_id"], orient="row")


def collaborators(participations: pl.DataFrame, method: MethodProfile) -> Collaborators:
    """The graph with the communities that the profile's method finds in it, all being firms."""
    graph, ids = bipartite(participations)
    found = find_communities(participations, pl.Series(ids), method.network, Threads(1)).group_members
    named = pl.DataFrame({"organisation_id": ids}).join(found, on="organisation_id", how="left", maintain_order="left")
    numbers = {name: number for number, name in enumerate(found["group_id"].unique().sort())}
    community = named["group_id"].replace_strict(numbers, default=OUTSIDE, return_dtype=pl.Int64).to_numpy()
    return Collaborators(graph, project(graph), np.ones(len(ids), dtype=np.bool_), community, len(numbers))


def profile_of(community_method: str) -> MethodProfile:
    return METHOD.model_copy(
        update={"network": METHOD.network.model_copy(update={"community_method": community_method})}
    )


@pytest.mark.parametrize("community_method", ["consensus", "scan"])
def test_planted_communities_are_robust_whatever_the_engine(community_method: str) -> None:
    profile = profile_of(community_method)
    month = collaborators(collaborations(np.random.default_rng(1), [30, 40, 50, 60, 70, 80], 0.05), profile)
    assert month.communities == 6
    one, other = (each_drawn(month, profile.network, profile.trust, Threads(threads)) for threads in (1, 2))
    assert one.jaccard.shape == (10, 6)
    assert summed_up(one.jaccard).mean.min() > 0.75
    assert one.drawn_share == pytest.approx(0.63, abs=0.03)
    assert (one.inside <= one.drawn).all() and len(one.drawn) == (month.community != OUTSIDE).sum()
    np.testing.assert_array_equal(one.jaccard, other.jaccard)
    np.testing.assert_array_equal(one.inside, other.inside)


def test_communities_of_collaborators_at_random_are_dissolved() -> None:
    month = collaborators(collaborations(np.random.default_rng(2), [300], 0.0), METHOD)
    assert month.communities >= 3
    assert np.median(summed_up(each_drawn(month, METHOD.network, METHOD.trust, Threads(2)).jaccard).mean) < 0.5


def test_a_draw_leaves_the_applications_of_two_that_stand_and_the_weights_as_they_were() -> None:
    graph = Bipartite(np.array([0, 3, 5, 9]), np.array([0, 1, 2, 1, 3, 0, 2, 3, 4]), 5)
    standing = np.array([True, False, True, True, False])
    left = induced(graph, standing)
    assert left.starts.tolist() == [0, 2, 5]
    assert left.partners.tolist() == [0, 1, 0, 1, 2]
    assert left.organisations == 3
    edges, among = project(graph), induced_edges(project(graph), standing)
    assert list(zip(among.a, among.b, among.joint, strict=True)) == [(0, 1, 2), (0, 2, 1), (1, 2, 1)]
    assert among.weight.tolist() == [1 / 2 + 1 / 3, 1 / 3, 1 / 3]
    assert len(edges.a) == 9


def test_of_a_large_graph_there_are_fewer_draws() -> None:
    trust = MethodProfile(name="test").trust
    assert draws_of(1_000, trust) == 100
    assert draws_of(200_000, trust) == 43
    assert draws_of(10_000_000, trust) == 20
