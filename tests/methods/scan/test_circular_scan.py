"""The comparator: what SaTScan publishes, and circles by brute force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import poisson

from assets.methods.scan.circular_scan import CircularScan, Reach, poisson_log_likelihood_ratio
from assets.methods.scan.scan import log_likelihood_ratio


@pytest.fixture(scope="module")
def new_york(shared_data: Path) -> Path:
    folder = shared_data / "satscan_new_york_leukaemia"
    if not folder.is_dir():
        pytest.skip(f"no {folder.name} among the real files")
    return folder


def test_clusters_of_new_york_are_those_that_satscan_publishes(new_york: Path) -> None:
    areas = pl.read_csv(new_york / "areas.csv")
    published = pl.read_csv(new_york / "published.csv").sort("cluster")
    at = areas.select("longitude", "latitude").to_numpy()
    scan = CircularScan(at, areas["population"].to_numpy(), Reach(np.inf, 0.5, min_cases=1, centres="all"))
    found = scan.clusters(areas["cases"].to_numpy())
    for circle, row in zip(found, published.iter_rows(named=True), strict=False):
        assert len(circle.areas) == row["areas"]
        assert (circle.population, circle.cases) == (row["population"], row["cases"])
        assert round(circle.expected, 2) == row["expected"]
        assert circle.score == pytest.approx(row["log_likelihood_ratio"], abs=1e-6)
    assert scan.largest_score(areas["cases"].to_numpy()) == found[0].score


def test_our_ratio_nears_the_published_one_as_controls_are_many(new_york: Path) -> None:
    published = pl.read_csv(new_york / "published.csv")
    areas = pl.read_csv(new_york / "areas.csv")
    everybody, all_cases = int(areas["population"].sum()), int(areas["cases"].sum())
    for row in published.iter_rows(named=True):
        cases, people = np.array([row["cases"]]), row["population"]
        apart = [
            abs(
                float(log_likelihood_ratio(cases, np.array([people * times]), all_cases, everybody * times)[0])
                - row["log_likelihood_ratio"]
            )
            for times in (1, 1_000, 1_000_000)
        ]
        assert apart[0] > 10 * apart[1]
        assert apart[2] < 1e-6


def test_score_is_the_ratio_of_poisson_likelihoods() -> None:
    for c, e, total in [(12, 4.0, 60), (60, 20.0, 60), (5, 4.99, 100)]:
        at_most = poisson.logpmf(c, c) + (poisson.logpmf(total - c, total - c) if c < total else 0.0)
        alike = poisson.logpmf(c, e) + poisson.logpmf(total - c, total - e)
        assert poisson_log_likelihood_ratio(c, e, total) == pytest.approx(at_most - alike)
    assert poisson_log_likelihood_ratio(3, 3.5, 60) == 0


@pytest.mark.parametrize("seed", range(4))
def test_best_circle_by_trying_every_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    at = np.unique(random.uniform(0, 60_000, (150, 2)).round(-2), axis=0)
    population = random.integers(1, 20, len(at))
    cases = random.binomial(population, 0.1)
    reach = Reach(9_000.0, 0.2, min_cases=3)
    apart = cdist(at, at)
    best = 0.0
    for centre in np.flatnonzero(cases):
        for radius in np.unique(apart[centre][apart[centre] <= 9_000]):
            inside = apart[centre] <= radius
            people, c = population[inside].sum(), cases[inside].sum()
            if c >= 3 and people <= 0.2 * population.sum():
                expected = people * cases.sum() / population.sum()
                best = max(best, poisson_log_likelihood_ratio(c, expected, cases.sum()))
    scan = CircularScan(at, population, reach)
    assert scan.largest_score(cases) == pytest.approx(best)
    found = scan.clusters(cases)
    taken = np.concatenate([circle.areas for circle in found])
    assert len(taken) == len(set(taken))
    assert [circle.score for circle in found] == sorted((circle.score for circle in found), reverse=True)
