"""Stability of groups against a plain account of the same draws, and where it is known what it has to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assets.arrays import Floats, Integers
from assets.methods.density.places import NOISE
from assets.methods.scan.addresses import AddressRules
from assets.methods.scan.ellipses import EllipseRules
from assets.methods.scan.relative_distances import StretchRules
from assets.methods.scan.scan import Background, WindowRules, make_background
from assets.methods.trust.density import DensitySettings, density_groups
from assets.methods.trust.draws import BOOTSTRAP_SHARE, DrawRules, Located, draw_organisations
from assets.methods.trust.scan import ControlRules, ScanSettings, scan_groups
from assets.methods.trust.sectors import each_tested
from assets.methods.trust.stability import Part, Subject, TrialRules, go_through, summed_up, word_of
from assets.methods.trust.sweep import SweepRules
from assets.work import Threads
from tests.methods.towns import disc, uneven_sites

DRAWS = DrawRules(30, 10, 10**6, 5_000, seed=7)
RULES = TrialRules(DRAWS, ControlRules(5, 500), {})
SWEEP = SweepRules((0.5, 2.0), (500.0, 6_000.0), 10_000, 5_000)
SETTINGS = DensitySettings("hdbscan", 5, 10, 5, 0.0)


def located(at: Floats, organisation: Integers | None = None) -> Located:
    numbers = np.arange(len(at)) if organisation is None else organisation
    return Located(at[:, 0].copy(), at[:, 1].copy(), numbers, np.ones(len(at), dtype=bool))


def subject_of(points: Located, settings: DensitySettings) -> Subject:
    """The sector with the groups that the method finds in it."""
    groups = density_groups(points, settings)
    return Subject((1,), "gb", points, groups, int(groups.max()) + 1, settings)


def two_discs(random: np.random.Generator, apart_m: float = 50_000.0) -> Floats:
    return np.vstack([disc(random, np.array([0.0, 0.0]), 1_000, 60), disc(random, np.array([apart_m, 0.0]), 1_000, 60)])


def test_two_groups_far_apart_are_found_whole_in_every_draw() -> None:
    at = two_discs(np.random.default_rng(1))
    settings = DensitySettings("dbscan", 5, 10, 5, 800.0)
    points = located(at)
    labels = np.repeat([0, 1], 60)
    (tested,) = each_tested([Subject((1,), "gb", points, labels, 2, settings)], RULES, SWEEP, Threads(2))
    found = summed_up(tested.counted.jaccard)
    assert found.mean.tolist() == [1.0, 1.0] == found.low.tolist()
    assert (tested.counted.inside == tested.counted.drawn).all()
    assert (found.draws == 30).all()
    assert tested.counted.drawn_share == pytest.approx(BOOTSTRAP_SHARE, abs=0.02)


def test_groups_of_even_ground_are_not_robust_and_most_are_dissolved() -> None:
    random = np.random.default_rng(2)
    subject = subject_of(located(random.uniform(0, 50_000, (600, 2)).round()), SETTINGS)
    assert subject.groups >= 3
    found = summed_up(go_through(Part(subject, range(30)), RULES).jaccard)
    assert np.median(found.mean) < 0.5
    assert "robust" not in {word_of(float(mean), 0.75, 0.5) for mean in found.mean}


def test_as_a_plain_account_of_the_draws_has_it() -> None:
    random = np.random.default_rng(4)
    at = np.vstack([two_discs(random, 6_000.0), random.uniform(-10_000, 16_000, (150, 2)).round()])
    organisation = random.permutation(np.repeat(np.arange(90), 3))
    points = located(at, organisation)
    subject = subject_of(points, SETTINGS)
    counted = go_through(Part(subject, range(12)), RULES)
    members = [np.flatnonzero(subject.group == group).tolist() for group in range(subject.groups)]
    grouped = [place for place in range(len(at)) if subject.group[place] != NOISE]
    drawn, inside = dict.fromkeys(grouped, 0), dict.fromkeys(grouped, 0)
    for draw in range(12):
        stands = draw_organisations(90, BOOTSTRAP_SHARE, np.random.default_rng([7, 1, draw]))
        here = [place for place in range(len(at)) if stands[organisation[place]]]
        share = len(here) / len(at)
        settings = DensitySettings("hdbscan", max(2, round(5 * share)), round(10 * share), round(5 * share), 0.0)
        labels = density_groups(located(at[here], organisation[here]), settings)
        sets = [{here[k] for k in np.flatnonzero(labels == label)} for label in range(int(labels.max()) + 1)]
        for group, of_group in enumerate(members):
            own = set(of_group) & set(here)
            best = max(sets, key=lambda found: len(found & own) / len(found | own), default=set())
            jaccard = len(best & own) / len(best | own)
            assert counted.jaccard[draw, group] == pytest.approx(jaccard, abs=1e-15)
            for place in own:
                drawn[place] += 1
                inside[place] += jaccard > 0 and place in best
    assert counted.drawn.tolist() == [drawn[place] for place in grouped]
    assert counted.inside.tolist() == [inside[place] for place in grouped]


def test_order_and_engine_do_not_matter() -> None:
    random = np.random.default_rng(5)
    subjects = [
        Subject((number,), "gb", one.points, one.group, one.groups, one.settings)
        for number in (3, 8)
        for one in [subject_of(located(two_discs(random, 4_000.0)), SETTINGS)]
    ]
    one, other = each_tested(subjects, RULES, SWEEP, Threads(1)), each_tested(subjects[::-1], RULES, SWEEP, Threads(2))
    for mine, theirs in zip(one, other[::-1], strict=True):
        assert (mine.counted.jaccard == theirs.counted.jaccard).all()
        assert (mine.counted.inside == theirs.counted.inside).all()
        assert (mine.swept.jaccard == theirs.swept.jaccard).all()


def test_of_a_large_sector_there_are_fewer_draws_and_of_a_very_large_one_thinner_ones() -> None:
    rules = DrawRules(100, 20, 200_000, 5_000, seed=1)
    assert rules.share_of(1_000) == BOOTSTRAP_SHARE and rules.draws_of(1_000) == 100
    assert rules.share_of(5_000) == BOOTSTRAP_SHARE and rules.draws_of(5_000) == 63
    assert rules.share_of(10_000) == 0.5 and rules.draws_of(10_000) == 40
    assert DrawRules(100, 50, 200_000, 5_000, seed=1).draws_of(10_000) == 50


def test_a_thinner_draw_of_a_large_sector_says_the_same_of_what_is_far_apart() -> None:
    random = np.random.default_rng(6)
    at = np.vstack([disc(random, np.array([x, 0.0]), 1_500, 400) for x in (0.0, 15_000.0, 40_000.0)])
    subject = subject_of(located(at), DensitySettings("hdbscan", 10, 60, 30, 0.0))
    thin = TrialRules(DrawRules(30, 30, 10**6, 300, seed=7), RULES.controls, {})
    counted = go_through(Part(subject, range(30)), thin)
    assert subject.groups == 3
    assert counted.drawn_share == pytest.approx(0.25, abs=0.01)
    assert summed_up(counted.jaccard).mean.min() > 0.95


def test_low_quantile_and_draws_without_anybody() -> None:
    jaccard = np.array([[0.2, np.nan], [0.4, np.nan], [0.6, np.nan], [0.8, np.nan], [1.0, np.nan]])
    found = summed_up(jaccard)
    assert found.draws.tolist() == [5, 0]
    assert found.mean.tolist() == [pytest.approx(0.6), 0.0]
    # 5% of the way along four gaps: a fifth of the first.
    assert found.low[0] == pytest.approx(0.2 + 0.2 * 0.2)


@pytest.mark.parametrize(("mean", "word"), [(0.75, "robust"), (0.7499, "fair"), (0.5001, "fair"), (0.5, "fragile")])
def test_words(mean: float, word: str) -> None:
    assert word_of(mean, 0.75, 0.5) == word


def test_other_settings_are_told_apart_by_what_they_change() -> None:
    subject = subject_of(located(two_discs(np.random.default_rng(8))), SETTINGS)
    (tested,) = each_tested([subject], RULES, SWEEP, Threads(1))
    told = [(setting.parameter, setting.value) for setting in tested.swept.settings]
    assert told == [
        ("min_cluster_size", "5"),
        ("min_samples", "2"),
        ("min_cluster_size", "20"),
        ("min_samples", "10"),
        ("epsilon_m", "500"),
    ]
    by_hand = density_groups(subject.points, DensitySettings("hdbscan", 5, 20, 5, 0.0))
    own = {place for place in range(120) if subject.group[place] == 0}
    sets = [set(np.flatnonzero(by_hand == label).tolist()) for label in range(int(by_hand.max()) + 1)]
    assert tested.swept.jaccard[2, 0] == max(len(own & found) / len(own | found) for found in sets)


def planted_among_business() -> tuple[Located, ScanSettings, Background]:
    """A sector whose first 80 points are a disc of 1,500 m, the others business sites like any."""
    random = np.random.default_rng(9)
    sites = uneven_sites(random, 20_000)
    middle = np.array([100_000.0, 260_000.0])
    planted = disc(random, middle, 1_500, 80)
    at = np.vstack([planted, sites[random.choice(len(sites), 400, replace=False)]])
    every = np.vstack([sites, disc(random, middle, 5_000, 400), planted])
    background = make_background(every[:, 0], every[:, 1], np.arange(len(every)), StretchRules(0.8, 50, 100.0))
    windows = WindowRules(5, 10, 15_000.0, 2.0, AddressRules(5, 0.3, 2))
    settings = ScanSettings(windows, EllipseRules(8.0, 3.0, 2.0, 5_000.0), 1_000.0, penalty=12.0)
    return located(at), settings, background


def test_the_scan_finds_a_planted_group_again_and_needs_few_of_all_sites() -> None:
    points, settings, background = planted_among_business()
    groups = scan_groups(points, settings, background)
    (own,) = {int(label) for label in groups[:80]} - {NOISE}
    group = np.where(groups == own, 0, NOISE)
    subject = Subject((1,), "gb", points, group, 1, settings)
    rules = TrialRules(DRAWS, ControlRules(5, 4_000), {"gb": background})
    all_sites = TrialRules(DRAWS, ControlRules(5, 100_000), {"gb": background})
    few, whole = (summed_up(go_through(Part(subject, range(20)), each).jaccard).mean[0] for each in (rules, all_sites))
    assert whole > 0.75
    assert few == pytest.approx(whole, abs=0.08)


def test_only_windows_that_hold_a_point_sought_are_settled_and_settle_as_among_all() -> None:
    points, settings, background = planted_among_business()
    # So low a penalty lets windows of chance through, as the scan of a thinned sector has many.
    settings = replace(settings, penalty=2.0)
    is_planted = np.arange(len(points.easting)) < 80
    among_all = scan_groups(points, settings, background)
    sought = scan_groups(points, settings, background, is_planted)
    assert among_all.max() > sought.max() >= 0
    assert {int(label) for label in sought} - {NOISE} == {int(label) for label in sought[is_planted]} - {NOISE}
    # Which places are one group is the same where a planted point is in it, whatever its number.
    for label in {int(label) for label in sought} - {NOISE}:
        inside = sought == label
        (own,) = {int(other) for other in among_all[inside]}
        assert ((among_all == own) == inside).all()
    assert (scan_groups(points, settings, background, np.zeros_like(is_planted)) == NOISE).all()
