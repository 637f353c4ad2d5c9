"""The scan against brute force: windows point by point, selection by trying every set, the null by simulation."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import binom, gumbel_r

from assets.methods.density.hierarchy import build_hierarchy
from assets.methods.density.places import distinct_places
from assets.methods.scan.null import (
    Null,
    NullFit,
    NullSettings,
    background_fingerprint,
    fit_gumbel,
    null_sizes,
    simulate_null,
)
from assets.methods.scan.relative_distances import METRES, StretchRules
from assets.methods.scan.scan import (
    Background,
    WindowRules,
    log_likelihood_ratio,
    make_background,
    score_sites,
    score_windows,
    select_windows,
)
from assets.work import Threads
from tests.methods.towns import disc, uneven_sites

RULES = WindowRules(min_samples=5, min_firms=10, max_link_m=15_000.0, min_relative_density=0.0)
STRETCHED = StretchRules(power=0.8, neighbours=30, least_m=100.0)


def null_of(draws: int, seed: int, sizes: int = 1) -> NullSettings:
    return NullSettings(draws, sizes, seed, min_draws=draws, all_cases=1, all_sites=1)


def business(seed: int, sites: int, stretch: StretchRules = METRES) -> Background:
    points = uneven_sites(np.random.default_rng(seed), sites)
    return make_background(points[:, 0], points[:, 1], np.arange(sites), stretch)


def test_score_is_the_ratio_of_binomial_likelihoods() -> None:
    for k, n, cases, sites in [(12, 40, 30, 1000), (30, 30, 30, 1000), (5, 5, 30, 1000), (10, 900, 30, 1000)]:
        inside, outside = k / n, (cases - k) / (sites - n)
        apart = binom.logpmf(k, n, inside) + binom.logpmf(cases - k, sites - n, outside)
        alike = binom.logpmf(k, n, cases / sites) + binom.logpmf(cases - k, sites - n, cases / sites)
        expected = apart - alike if k > n * cases / sites else 0.0
        found = log_likelihood_ratio(np.array([k]), np.array([n]), cases, sites)[0]
        assert found == pytest.approx(expected, abs=1e-9)
    assert log_likelihood_ratio(np.array([3]), np.array([100]), 30, 1000)[0] == 0


@pytest.mark.parametrize("stretch", [METRES, STRETCHED])
def test_cases_and_controls_of_every_window_by_brute_force(stretch: StretchRules) -> None:
    background = business(1, 900, stretch)
    random = np.random.default_rng(4)
    sites = background.places.coordinates_m[background.places.place_of_point]
    drawn = random.choice(900, 150, replace=False)
    cases = sites[drawn]
    firms = random.integers(-1, 80, 150)
    windows = score_windows(cases[:, 0], cases[:, 1], firms, background, RULES)
    hierarchy = windows.hierarchy
    apart = cdist(sites, hierarchy.places.coordinates_m)
    nearest, distance = apart.argmin(axis=1), apart.min(axis=1)
    at_sites = background.stretch[background.places.place_of_point]
    distance *= at_sites[[int(np.flatnonzero(row == 0)[0]) for row in apart.T]][nearest]
    reached = 0
    for node in range(len(hierarchy.parent)):
        under = hierarchy.points_under(node)
        link = hierarchy.linking_distance_m[node]
        inside = np.unique(hierarchy.places.place_of_point[under])
        # A site is a control where a node from its nearest point up to this one reaches it.
        linked = np.isin(nearest, inside) & (distance <= link)
        controls = 900 if node == len(hierarchy.parent) - 1 else int(linked.sum())
        distinct = len(set(firms[under]) - {-1})
        may_be = distinct >= 10 and hierarchy.longest_link_m[node] <= 15_000
        is_window = may_be and hierarchy.is_settled()[node]
        assert windows.cases[node] == len(under)
        # Where no window can be, controls are not counted.
        assert windows.controls[node] == controls or not may_be
        assert windows.firms[node] == distinct
        assert windows.is_window[node] == is_window
        expected = log_likelihood_ratio(np.array(len(under)), np.array(controls), 150, 900) if is_window else 0.0
        assert windows.score[node] == pytest.approx(float(expected))
        reached += is_window
    assert reached > 5


def test_power_0_is_the_plain_tree() -> None:
    background = business(1, 900, StretchRules(power=0.0, neighbours=30, least_m=100.0))
    at = background.places.coordinates_m[background.places.place_of_point[::6]]
    plain = build_hierarchy(distinct_places(at[:, 0], at[:, 1]), RULES.min_samples)
    found = score_windows(at[:, 0], at[:, 1], np.arange(len(at)), background, RULES).hierarchy
    for name in ("parent", "linking_distance_m", "longest_link_m", "leaves"):
        np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))
    stretched = score_windows(at[:, 0], at[:, 1], np.arange(len(at)), business(1, 900, STRETCHED), RULES).hierarchy
    assert (stretched.parent != plain.parent).any()


def best_sum_by_trying(parent: list[int], gains: list[float]) -> float:
    """Greatest sum over every set of nodes none of which lies under another."""

    def above(node: int) -> set[int]:
        found = set()
        while parent[node] != node:
            node = parent[node]
            found.add(node)
        return found

    best = 0.0
    for size in range(1, len(parent) + 1):
        for chosen in itertools.combinations(range(len(parent)), size):
            if all(not (above(node) & set(chosen)) for node in chosen):
                best = max(best, sum(gains[node] for node in chosen))
    return best


def is_disjoint(parent: np.ndarray, taken: np.ndarray) -> bool:
    for node in taken:
        above = node
        while parent[above] != above:
            above = parent[above]
            if above in taken:
                return False
    return True


@pytest.mark.parametrize("seed", range(12))
def test_selection_is_the_best_of_all_disjoint_sets(seed: int) -> None:
    random = np.random.default_rng(seed)
    nodes = 11
    parent = np.array([*[random.integers(node + 1, nodes) for node in range(nodes - 1)], nodes - 1])
    score = random.exponential(5, nodes) * random.integers(1, 4, nodes)
    best = best_sum_by_trying(parent.tolist(), (score - 4.0).tolist())
    taken = select_windows(parent, score, 4.0)
    assert is_disjoint(parent, taken)
    assert (score[taken] - 4.0).sum() == pytest.approx(best)


def test_a_whole_is_taken_before_its_parts_only_where_it_offers_more() -> None:
    parent = np.array([2, 2, 2])
    assert select_windows(parent, np.array([14.0, 16.0, 26.0]), 5.0).tolist() == [2]
    assert select_windows(parent, np.array([17.0, 17.0, 26.0]), 5.0).tolist() == [0, 1]
    assert select_windows(parent, np.array([4.0, 27.0, 26.0]), 5.0).tolist() == [1]
    assert select_windows(parent, np.array([4.0, 5.0, 3.0]), 5.0).tolist() == []
    chain = np.array([2, 2, 3, 3])
    assert select_windows(chain, np.array([17.0, 17.0, 30.0, 29.5]), 5.0).tolist() == [2]


def test_planted_groups_are_found_and_the_busiest_town_is_not() -> None:
    random = np.random.default_rng(21)
    sites = uneven_sites(random, 20_000)
    planted = [disc(random, np.array([40_000.0, 160_000.0]), 2_000, 60), disc(random, sites[0], 3_000, 120)]
    everything = np.vstack([sites, *planted])
    background = make_background(everything[:, 0], everything[:, 1], np.arange(len(everything)))
    cases = np.vstack([sites[random.choice(20_000, 600, replace=False)], *planted])
    truth = np.repeat([-1, 0, 1], [600, 60, 120])
    (fit,) = simulate_null(background, [len(cases)], RULES, null_of(60, 1))
    windows = score_windows(cases[:, 0], cases[:, 1], np.arange(len(cases)), background, RULES)
    critical = Null((fit,)).critical_score(len(cases), 0.05)
    taken = select_windows(windows.hierarchy.parent, windows.score, critical)
    members = [set(windows.hierarchy.points_under(int(node))) for node in taken]
    assert len(members) == 2
    for group in range(2):
        wanted = set(np.flatnonzero(truth == group))
        assert max(len(wanted & found) / len(wanted | found) for found in members) > 0.7


def test_null_data_seldom_hold_a_group() -> None:
    background = business(3, 6_000)
    cases, datasets = 400, 300
    (fit,) = simulate_null(background, [cases], RULES, null_of(200, 7))
    critical = Null((fit,)).critical_score(cases, 0.05)
    random = np.random.default_rng(99)
    sites = background.places.coordinates_m[background.places.place_of_point]
    with_a_group = 0
    for _ in range(datasets):
        drawn = sites[random.choice(len(sites), cases, replace=False)]
        windows = score_windows(drawn[:, 0], drawn[:, 1], np.arange(cases), background, RULES)
        with_a_group += len(select_windows(windows.hierarchy.parent, windows.score, critical)) > 0
    # 5% of 300 is 15; the band is wide enough for chance in these draws and in the fit.
    assert 4 <= with_a_group <= 30


def test_p_values_and_critical_score_are_those_of_the_gumbel_distribution() -> None:
    null = Null((NullFit(100, 50, 4.0, 1.5), NullFit(10_000, 20, 8.0, 1.0)))
    scores = np.array([0.0, 5.0, 9.0, 30.0])
    np.testing.assert_allclose(null.p_values(scores, 100), gumbel_r.sf(scores, 4.0, 1.5), rtol=1e-9)
    assert null.critical_score(100, 0.05) == pytest.approx(gumbel_r.isf(0.05, 4.0, 1.5))
    # Half way in log K.
    assert null.critical_score(1_000, 0.05) == pytest.approx(gumbel_r.isf(0.05, 6.0, 1.25))
    # Constant beyond the ends.
    assert null.critical_score(5, 0.05) == null.critical_score(100, 0.05)
    assert null.p_values(np.array([null.critical_score(700, 0.05)]), 700)[0] == pytest.approx(0.05)


def test_gumbel_fit_recovers_its_parameters() -> None:
    values = gumbel_r.rvs(6.0, 1.4, size=4_000, random_state=5)
    location, scale = fit_gumbel(values)
    assert location == pytest.approx(6.0, abs=0.1)
    assert scale == pytest.approx(1.4, abs=0.1)
    assert fit_gumbel([3.0, 3.0])[1] > 0


def test_null_is_of_sites_drawn_without_replacement_and_the_same_for_the_same_seed() -> None:
    background = business(6, 500)
    settings = null_of(10, 3)
    assert simulate_null(background, [80], RULES, settings) == simulate_null(background, [80], RULES, settings)
    assert simulate_null(background, [80], RULES, settings) != simulate_null(background, [80], RULES, null_of(10, 4))
    # Every site a case: without replacement nothing can be denser than it is.
    assert simulate_null(background, [500], RULES, settings)[0].location == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("stretch", [METRES, STRETCHED])
def test_sites_of_the_background_are_scored_as_points_are(stretch: StretchRules) -> None:
    points = uneven_sites(np.random.default_rng(5), 2_000)
    firms = np.random.default_rng(6).integers(-1, 900, 2_000)
    background = make_background(points[:, 0], points[:, 1], firms, stretch)
    drawn = np.sort(np.random.default_rng(7).choice(2_000, 300, replace=False))
    at = background.places.coordinates_m[background.places.place_of_point[drawn]]
    by_points = score_windows(at[:, 0], at[:, 1], background.firm_of_site[drawn], background, RULES)
    by_sites = score_sites(drawn, background, RULES)
    for name in ("is_window", "firms", "cases", "controls", "score"):
        np.testing.assert_array_equal(getattr(by_sites, name), getattr(by_points, name))
    assert by_sites.is_window.any()


def test_sites_of_a_place_stand_in_the_order_of_their_firms_whatever_their_rows() -> None:
    points = uneven_sites(np.random.default_rng(5), 800)
    firms = np.random.default_rng(6).integers(-1, 300, 800)
    order = np.random.default_rng(7).permutation(800)
    one = make_background(points[:, 0], points[:, 1], firms, STRETCHED, threads=1)
    other = make_background(points[order, 0], points[order, 1], firms[order], STRETCHED, threads=3)
    np.testing.assert_array_equal(one.firm_of_site, other.firm_of_site)
    np.testing.assert_array_equal(one.stretch, other.stretch)
    at_one = one.places.place_of_point
    assert ((np.diff(at_one) > 0) | ((np.diff(at_one) == 0) & (np.diff(one.firm_of_site) >= 0))).all()


@pytest.mark.parametrize("threads", [1, 2, None])
def test_null_does_not_depend_on_threads_nor_on_what_else_is_simulated(threads: int | None) -> None:
    background = business(6, 500)
    alone = [simulate_null(background, [size], RULES, null_of(10, 3), Threads(1))[0] for size in (30, 80)]
    assert list(simulate_null(background, [30, 80], RULES, null_of(10, 3), Threads(threads))) == alone
    assert simulate_null(background, [], RULES, null_of(10, 3)) == ()


def test_fewer_draws_where_there_are_many_cases() -> None:
    settings = NullSettings(draws=100, sizes=6, seed=1, min_draws=20, all_cases=5_000_000, all_sites=300_000_000)
    assert [settings.draws_of(cases, 3_000_000) for cases in (20, 50_000, 100_000, 1_000_000)] == [100, 100, 50, 20]
    assert [settings.draws_of(20, sites) for sites in (400_000, 6_000_000, 60_000_000)] == [100, 50, 20]
    few = NullSettings(draws=4, sizes=1, seed=3, min_draws=3, all_cases=80, all_sites=500)
    (fit,) = simulate_null(business(6, 500), [80], RULES, few)
    assert fit.draws == 3
    assert simulate_null(business(6, 500), [80], RULES, null_of(3, 3)) == (fit,)


def test_sizes_are_spaced_by_ratio() -> None:
    assert null_sizes(20, 20_000, 4) == [20, 200, 2000, 20_000]
    assert null_sizes(50, 50, 6) == [50]


def test_fingerprint_changes_with_what_the_null_depends_on_alone() -> None:
    points = uneven_sites(np.random.default_rng(0), 300)
    firms = np.random.default_rng(1).integers(0, 200, 300)
    settings = null_of(10, 1, sizes=3)

    def fingerprint(
        order: np.ndarray,
        rules: WindowRules = RULES,
        with_settings: NullSettings = settings,
        stretch: StretchRules = METRES,
    ) -> str:
        background = make_background(points[order, 0], points[order, 1], firms[order], stretch)
        return background_fingerprint(background, rules, with_settings)

    everything = np.arange(300)
    same = fingerprint(everything)
    assert fingerprint(everything[::-1]) == same
    # Nor what firms are called, as long as their order is the same.
    called_otherwise = make_background(points[:, 0], points[:, 1], firms * 2 + 7)
    assert background_fingerprint(called_otherwise, RULES, settings) == same
    # How many sizes are simulated says nothing about any one of them.
    assert fingerprint(everything, with_settings=null_of(10, 1, sizes=4)) == same
    assert fingerprint(everything[1:]) != same
    assert fingerprint(everything, WindowRules(5, 10, 14_000.0, 1.0)) != same
    assert fingerprint(everything, stretch=STRETCHED) != same
    assert fingerprint(everything, with_settings=null_of(11, 1)) != same
    assert fingerprint(everything, with_settings=null_of(10, 2)) != same


def test_more_points_than_sites_is_refused() -> None:
    background = business(6, 50)
    with pytest.raises(ValueError, match="60 points of a sector but 50 business sites"):
        score_windows(np.arange(60.0), np.arange(60.0), np.arange(60), background, RULES)


def test_a_point_where_no_site_is_is_refused() -> None:
    background = business(6, 50)
    at = background.places.coordinates_m[:20].copy()
    at[7] = (-5.0, 3.0)
    with pytest.raises(ValueError, match=r"no business site at easting -5.0, northing 3.0"):
        score_windows(at[:, 0], at[:, 1], np.arange(20), background, RULES)


def test_what_is_hardly_denser_than_business_is_no_window() -> None:
    random = np.random.default_rng(3)
    sites = uneven_sites(random, 3_000)
    background = make_background(sites[:, 0], sites[:, 1], np.arange(3_000))
    drawn = np.sort(random.choice(3_000, 600, replace=False))
    at = sites[drawn]
    without = score_windows(at[:, 0], at[:, 1], drawn, background, RULES)
    rules = dataclasses.replace(RULES, min_relative_density=1.25)
    windows = score_windows(at[:, 0], at[:, 1], drawn, background, rules)
    dense_enough = without.cases >= 1.25 * without.expected
    assert (windows.is_window == (without.is_window & dense_enough)).all()
    assert 0 < windows.is_window.sum() < without.is_window.sum()
    assert (windows.score[~dense_enough] == 0).all()


def test_expected_cases_are_the_national_share_of_the_controls() -> None:
    background = business(2, 400)
    at = background.places.coordinates_m[background.places.place_of_point[:40]]
    windows = score_windows(at[:, 0], at[:, 1], np.arange(40), background, RULES)
    assert windows.expected[-1] == pytest.approx(40.0)
    assert all(math.isclose(e, n / 10) for e, n in zip(windows.expected, windows.controls, strict=True))
