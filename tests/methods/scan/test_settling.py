"""Groups settle in the ellipse that holds them, keep the tree's shape where that is better, and neighbours are one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from assets.arrays import Floats, Integers
from assets.methods.density.places import NOISE
from assets.methods.scan.addresses import AddressRules
from assets.methods.scan.ellipses import EllipseRules, Surroundings
from assets.methods.scan.scan import (
    Background,
    WindowRules,
    Windows,
    log_likelihood_ratio,
    make_background,
    score_sites,
    select_windows,
)
from assets.methods.scan.settling import Settled, settle
from tests.methods.towns import disc

RULES = WindowRules(5, 10, 15_000.0, 2.0, AddressRules(5, 0.3, 2))
ELLIPSES = EllipseRules(8.0, 3.0, 2.0, 5_000.0)
PENALTY = 9.0
Country = tuple[Background, Integers, Integers]
"""Business, the sector's sites ascending, and the planted group of each."""


def country(seed: int, *planted: Floats) -> Country:
    """Even business of 20,000 sites on 200 by 200 km, 300 of them the sector's, and planted groups."""
    random = np.random.default_rng(seed)
    sites = random.uniform(0, 200_000, (20_000, 2)).round()
    everything = np.vstack([*planted, sites])
    background = make_background(everything[:, 0], everything[:, 1], np.arange(len(everything)))
    groups = np.concatenate([np.full(len(one), number) for number, one in enumerate(planted)])
    cases = np.concatenate([np.arange(len(groups)), len(groups) + random.choice(20_000, 300, replace=False)])
    # Sites are ordered by their places: what each was given as is the firm's number.
    is_case = np.isin(background.firm_of_site, cases)
    truth = np.concatenate([groups, np.full(20_000, NOISE)])[background.firm_of_site[is_case]]
    return background, np.flatnonzero(is_case), truth


def settled(given: Country, join_m: float = 1_000.0, rules: WindowRules = RULES) -> tuple[Windows, Integers, Settled]:
    background, cases, _ = given
    windows = score_sites(cases, background, rules)
    taken = select_windows(windows.hierarchy.parent, windows.score, PENALTY)
    return windows, taken, settle(windows, taken, background, rules, ELLIPSES, PENALTY, join_m)


def jaccard(given: Country, windows: Windows, found: Settled, group: int) -> float:
    labels = found.of_place[windows.hierarchy.places.place_of_point]
    truth = given[2] == group
    return max(
        float((truth & (labels == one)).sum() / (truth | (labels == one)).sum()) for one in range(len(found.score))
    )


def corridor(random: np.random.Generator, middle: Floats, turn: float, firms: int) -> Floats:
    along, across = random.uniform(-11_000, 11_000, firms), random.uniform(-1_500, 1_500, firms)
    way = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return (middle + np.column_stack([along, across]) @ way).round()


@pytest.mark.parametrize("turn", [0.0, 0.7, 2.1])
def test_a_corridor_is_found_whole_whatever_its_bearing(turn: float) -> None:
    given = country(1, corridor(np.random.default_rng(5), np.array([100_000.0, 90_000.0]), turn, 80))
    windows, _, found = settled(given)
    assert len(found.score) == 1
    assert jaccard(given, windows, found, 0) > 0.9
    assert found.relative_density[0] > 5


def test_two_groups_twelve_kilometres_apart_are_two() -> None:
    random = np.random.default_rng(3)
    pair = [disc(random, np.array([x, 80_000.0]), 2_000, 60) for x in (80_000.0, 92_000.0)]
    given = country(2, *pair)
    windows, _, found = settled(given)
    assert len(found.score) == 2
    assert min(jaccard(given, windows, found, group) for group in range(2)) > 0.9


def test_neighbours_nearer_than_asked_are_one() -> None:
    random = np.random.default_rng(3)
    pair = [disc(random, np.array([x, 80_000.0]), 2_000, 60) for x in (80_000.0, 92_000.0)]
    given = country(2, *pair)
    _, _, found = settled(given, join_m=9_000.0)
    assert len(found.score) == 1
    assert (found.of_place != NOISE).sum() > 110
    apart, _, two = settled(given)
    # The whole has the greater of the two scores, and the density of both together.
    assert found.score[0] == two.score.max()
    assert two.relative_density.min() <= found.relative_density[0] <= two.relative_density.max()
    members = [apart.hierarchy.places.coordinates_m[two.of_place == group] for group in range(2)]
    assert cdist(*members).min() == pytest.approx(found.linking_distance_m[0], rel=0.2)


def test_a_ring_around_nothing_keeps_the_trees_shape() -> None:
    random = np.random.default_rng(9)
    angle = random.uniform(0.0, 1.6 * np.pi, 140)
    radius = random.uniform(9_000, 10_000, 140)
    bay = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None] + 100_000
    given = country(4, bay.round())
    windows, taken, found = settled(given)
    whole = max(taken, key=lambda node: windows.score[node])
    inside = windows.hierarchy.places_under(int(whole))
    assert len(inside) > 100
    assert len(np.unique(found.of_place[inside])) == 1
    assert jaccard(given, windows, found, 0) > 0.85


def test_no_ellipse_of_a_grid_is_better() -> None:
    random = np.random.default_rng(6)
    given = country(5, disc(random, np.array([60_000.0, 60_000.0]), 3_000, 50))
    background, cases, _ = given
    windows = score_sites(cases, background, RULES)
    about = Surroundings(windows.counted, background.places.coordinates_m, background.places.points, RULES, ELLIPSES)
    node = int(windows.score.argmax())
    is_free = np.ones(len(windows.counted.at), dtype=bool)
    found = about.best_about(np.sort(windows.hierarchy.places_under(node)), is_free)
    at, business = windows.counted.coordinates_m, background.places.coordinates_m
    # By hand: k and n of what was found are those of an ellipse, and its score is their ratio.
    ratio = log_likelihood_ratio(
        np.array([found.cases]), np.array([found.controls]), windows.counted.all_cases, windows.counted.all_controls
    )[0]
    assert found.score == pytest.approx(ratio)
    assert found.cases == windows.counted.cases[found.places].sum()
    best = 0.0
    for east in np.arange(57_000.0, 63_001.0, 1_000.0):
        for north in np.arange(57_000.0, 63_001.0, 1_000.0):
            apart, around = (np.hypot(*(one - (east, north)).T) for one in (at, business))
            for radius in (2_000.0, 2_500.0, 3_000.0, 3_500.0):
                k, n = (apart <= radius).sum(), background.places.points[around <= radius].sum()
                if k >= 10:
                    counts = (windows.counted.all_cases, windows.counted.all_controls)
                    best = max(best, float(log_likelihood_ratio(np.array([k]), np.array([n]), *counts)[0]))
    assert found.score + ELLIPSES.cost >= best > 50


def test_what_is_gathered_in_cells_changes_little(monkeypatch: pytest.MonkeyPatch) -> None:
    given = country(1, corridor(np.random.default_rng(5), np.array([100_000.0, 90_000.0]), 0.7, 80))
    _, _, exact = settled(given)
    monkeypatch.setattr("assets.methods.scan.ellipses.MOST_PLACES", 50)
    _, _, gathered = settled(given)
    same = ((exact.of_place != NOISE) & (gathered.of_place != NOISE)).sum()
    assert same / ((exact.of_place != NOISE) | (gathered.of_place != NOISE)).sum() > 0.9
    assert gathered.relative_density[0] == pytest.approx(exact.relative_density[0], rel=0.15)


def test_nothing_taken_leaves_no_groups() -> None:
    given = country(1, disc(np.random.default_rng(1), np.array([50_000.0, 50_000.0]), 2_000, 40))
    background, cases, _ = given
    windows = score_sites(cases, background, RULES)
    found = settle(windows, np.array([], dtype=np.int64), background, RULES, ELLIPSES, PENALTY, 1_000.0)
    assert len(found.score) == len(found.relative_density) == len(found.linking_distance_m) == 0
    assert (found.of_place == NOISE).all()
