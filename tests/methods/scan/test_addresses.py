"""Places, not addresses: what counts, which windows may be, by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pytest

from assets.methods.scan.addresses import ANY_ADDRESS, AddressRules
from assets.methods.scan.scan import WindowRules, log_likelihood_ratio, make_background, score_sites, score_windows
from tests.methods.towns import disc, uneven_sites

ADDRESSES = AddressRules(min_places=5, max_share=0.3, cap=2)
RULES = WindowRules(5, 10, 15_000.0, 1.0, ADDRESSES)
FREE = WindowRules(5, 10, 15_000.0, 1.0)


def test_of_an_address_two_firms_count_and_its_other_sites_in_proportion() -> None:
    cases, controls = ADDRESSES.counted(np.array([1, 2, 20, 4]), np.array([9, 2, 180, 4]))
    assert cases.tolist() == [1, 2, 2, 2]
    assert controls.tolist() == pytest.approx([9.0, 2.0, 18.0, 2.0])
    cases, controls = ANY_ADDRESS.counted(np.array([20]), np.array([180]))
    assert (cases.tolist(), controls.tolist()) == ([20], [180.0])


def test_what_counts_in_every_window_by_brute_force() -> None:
    random = np.random.default_rng(8)
    sites = uneven_sites(random, 1_500)
    background = make_background(sites[:, 0], sites[:, 1], np.arange(1_500))
    drawn = np.sort(random.choice(1_500, 300, replace=False))
    at = background.places.coordinates_m[background.places.place_of_point[drawn]]
    windows = score_windows(at[:, 0], at[:, 1], drawn, background, RULES)
    free = score_windows(at[:, 0], at[:, 1], drawn, background, FREE)
    places = windows.hierarchy.places
    assert places.points.max() > 2
    here = background.places.points[windows.counted.at]
    counted = np.minimum(places.points, 2)
    assert windows.counted.all_cases == counted.sum()
    lost = here * (1 - counted / places.points)
    assert windows.counted.all_controls == pytest.approx(1_500 - lost.sum())
    windows_seen = 0
    for node in np.flatnonzero(windows.is_window & free.is_window):
        inside = windows.hierarchy.places_under(int(node))
        firms = places.points[inside].sum()
        assert len(inside) >= 5
        assert places.points[inside].max() <= 0.3 * firms
        assert windows.cases[node] == counted[inside].sum()
        # Where the rules leave all nodes above alike, controls are those of the free scan less what does not count.
        assert windows.controls[node] == pytest.approx(free.controls[node] - lost[inside].sum())
        ratio = log_likelihood_ratio(
            windows.cases[node : node + 1],
            windows.controls[node : node + 1],
            windows.counted.all_cases,
            windows.counted.all_controls,
        )
        assert windows.score[node] == pytest.approx(ratio[0])
        windows_seen += 1
    assert windows_seen >= 5


def test_an_accountants_postcode_is_no_window_and_a_business_quarter_is() -> None:
    random = np.random.default_rng(2)
    sites = random.uniform(0, 200_000, (8_000, 2)).round()
    quarter = disc(random, np.array([60_000.0, 150_000.0]), 1_000, 60)
    address = np.tile([[120_000.0, 150_000.0]], (60, 1))
    beside = disc(random, np.array([120_000.0, 150_000.0]), 1_000, 8)
    everything = np.vstack([quarter, address, beside, sites])
    background = make_background(everything[:, 0], everything[:, 1], np.arange(len(everything)))
    cases = np.concatenate([np.arange(128), 128 + random.choice(8_000, 200, replace=False)])
    # The background has its sites in the order of their places.
    drawn = np.flatnonzero(np.isin(background.firm_of_site, cases))
    found = {}
    for rules in (RULES, FREE):
        windows = score_sites(drawn, background, rules)
        best = windows.score.argsort()[-1]
        at = windows.hierarchy.places.coordinates_m[windows.hierarchy.places_under(int(best))]
        found[rules] = (round(float(at[:, 0].mean()), -4), len(at))
    assert found[FREE][0] == 120_000.0
    assert found[RULES][0] == 60_000.0
    assert found[RULES][1] > 40


def test_null_data_follow_the_rules_too() -> None:
    # Business that is a few huge addresses: without the rules chance alone piles cases up at one.
    random = np.random.default_rng(4)
    sites = np.repeat(random.uniform(0, 100_000, (400, 2)).round(), random.zipf(1.7, 400).clip(1, 300), axis=0)
    background = make_background(sites[:, 0], sites[:, 1], np.arange(len(sites)))
    drawn = np.sort(random.choice(len(sites), len(sites) // 5, replace=False))
    windows = score_sites(drawn, background, RULES)
    assert windows.hierarchy.places.points.max() > 10
    assert windows.cases.max() <= 2 * len(windows.hierarchy.places.points)
    for node in np.flatnonzero(windows.score > 0):
        assert windows.hierarchy.leaf_count[node] >= 5
