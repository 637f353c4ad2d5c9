from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from assets.method import NetworkMethod
from assets.methods.communities.degree_null import null_networks
from assets.methods.communities.graph import Bipartite
from assets.methods.communities.labels import OUTSIDE, counts, members
from assets.methods.communities.partnerships import measure, prune
from assets.methods.communities.scan import THEORY, Candidates, Scan, fit_null, scan
from tests.methods.communities.networks import Planted, planted, recovered

METHOD = NetworkMethod(community_method="scan")
SIZES = [15, 20, 30, 40, 60]


def everyone(graph: Bipartite) -> np.ndarray:
    return np.ones(graph.organisations, dtype=bool)


@pytest.fixture(scope="module")
def network() -> Planted:
    return planted(1000, 2600, SIZES, seed=8)


@pytest.fixture(scope="module")
def found(network: Planted) -> Scan:
    return scan(network.graph, everyone(network.graph), METHOD)


def test_planted_communities_are_found_and_nothing_else(network: Planted, found: Scan) -> None:
    assert recovered(network.communities, members(found.labels)) == (len(SIZES), 0)
    assert found.p_value.max() < norm.sf(METHOD.community_null_sigmas)


def test_every_community_keeps_the_rules(network: Planted, found: Scan) -> None:
    assert counts(found.labels, everyone(network.graph)).min() >= METHOD.community_min_firms
    assert found.excess.min() > 0
    pruned = prune(network.graph, found.labels, METHOD.member_min_joint, METHOD.member_alpha)
    assert pruned.tolist() == found.labels.tolist()
    assert found.measures.score.tolist() == measure(network.graph, found.labels).score.tolist()
    assert set(found.resolution) <= set(METHOD.scan_resolutions)


@pytest.mark.parametrize("seed", range(2))
def test_networks_without_communities_give_none(network: Planted, seed: int) -> None:
    by_chance = null_networks(network.graph, 1, 10, seed=100 + seed)[0]
    assert set(scan(by_chance, everyone(by_chance), METHOD).labels) == {OUTSIDE}


def test_only_firms_count_towards_the_least_number(network: Planted) -> None:
    largest = network.communities[-1]
    is_firm = np.zeros(network.graph.organisations, dtype=bool)
    is_firm[list(largest)] = True
    labels = scan(network.graph, is_firm, METHOD).labels
    assert recovered([largest], members(labels)) == (1, 0)


def test_same_network_same_communities(network: Planted, found: Scan) -> None:
    again = scan(network.graph, everyone(network.graph), METHOD)
    assert again.labels.tolist() == found.labels.tolist()
    assert again.excess.tolist() == found.excess.tolist()


def candidates_with(firms: np.ndarray, totals: np.ndarray, scores: np.ndarray) -> Candidates:
    return Candidates([np.arange(count) for count in firms], firms, np.ones(len(firms)), totals, scores)


def test_null_recovers_the_law_its_candidates_were_drawn_from() -> None:
    generator = np.random.default_rng(1)
    totals = generator.integers(50, 5000, 4000)
    roots = 3 + 0.5 * np.log(totals) + generator.normal(0, 0.4, 4000)
    null, used = fit_null([candidates_with(np.full(4000, 10), totals, np.square(roots))], min_firms=10, at_least=50)
    assert used == 4000
    at = np.array([100, 1000])
    np.testing.assert_allclose(null.quantile(at, 4.0), np.square(3 + 0.5 * np.log(at) + 1.6), rtol=0.03)
    np.testing.assert_allclose(null.p_value(at, np.square(3 + 0.5 * np.log(at) + 0.8)), norm.sf(2), rtol=0.2)
    # Beyond the totals that were seen nothing is extrapolated.
    assert null.quantile(np.array([10**6]), 4.0) == null.quantile(np.array([totals.max()]), 4.0)


def test_null_is_fitted_to_candidates_with_enough_firms_or_to_those_with_the_most() -> None:
    firms = np.repeat([3, 8, 12], [100, 40, 30])
    found = candidates_with(firms, np.arange(100, 270), np.linspace(5, 50, 170))
    assert fit_null([found], min_firms=10, at_least=20)[1] == 30
    assert fit_null([found], min_firms=10, at_least=50)[1] == 70
    assert fit_null([found], min_firms=10, at_least=200)[1] == 170


def test_null_of_too_few_candidates_is_no_narrower_than_theory() -> None:
    few = candidates_with(np.full(4, 10), np.array([100, 200, 300, 400]), np.array([16.0, 16.0, 16.0, 16.0]))
    null, _ = fit_null([few], min_firms=10, at_least=50)
    assert null.quantile(np.array([250]), 4.0) == pytest.approx([64.0])
    assert fit_null([candidates_with(*np.empty((3, 0), dtype=np.int64))], 10, 50)[0] == THEORY
    assert THEORY.quantile(np.array([250]), 4.0).tolist() == [16.0]
