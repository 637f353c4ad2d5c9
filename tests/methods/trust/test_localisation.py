"""Bands of draws, and verdicts: how often chance is called localised, and what is planted."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from assets.arrays import Floats, Integers
from assets.methods.trust.counterfactuals import (
    Bands,
    DrawSettings,
    Pool,
    bands_between,
    bands_of,
    pool_of,
    simulate_bands,
    sizes_to_draw,
)
from assets.methods.trust.k_density import k_density
from assets.methods.trust.localisation import Verdict, verdict_on
from assets.methods.trust.pairs import grid_over, sites_on
from assets.work import Threads

SETTINGS = DrawSettings(draws=300, sizes=4, alpha=0.05, seed=1, reach_km=100, step_km=4)
ALL_SITES = 6_000


@functools.cache
def places() -> Floats:
    """Sites as unevenly spread as business is: towns of all sizes in a country of 300 km."""
    random = np.random.default_rng(11)
    towns, weight = random.uniform(20_000, 280_000, (150, 2)), random.pareto(1.5, 150) + 0.1
    of_town = random.choice(150, ALL_SITES, p=weight / weight.sum())
    return np.asarray(towns[of_town] + random.normal(0, 5_000, (ALL_SITES, 2)))


@functools.cache
def even_places() -> Floats:
    return np.random.default_rng(12).uniform(0, 300_000, (ALL_SITES, 2))


def pool_over(at: Floats) -> Pool:
    grid = grid_over(at[:, 0], at[:, 1], 2.0)
    return pool_of(grid, grid.cell_of(at[:, 0], at[:, 1]), np.ones(len(at), dtype=np.int64))


@functools.cache
def bands(of_even: bool, sites: int) -> Bands:
    return simulate_bands(pool_over(even_places() if of_even else places()), [sites], SETTINGS)[0]


def judged(at: Floats, chosen: Integers, against: Bands) -> Verdict:
    grid = grid_over(at[:, 0], at[:, 1], 2.0)
    sector = sites_on(grid, grid.cell_of(at[chosen, 0], at[chosen, 1]))
    return verdict_on(k_density(sector, SETTINGS.at_km).density, against, SETTINGS.at_km)


def test_chance_is_localised_and_dispersed_at_the_stated_rate() -> None:
    """Of 400 sectors drawn at random 20 are expected to be either, give or take the bands' own error."""
    random = np.random.default_rng(2)
    drawn = [random.choice(ALL_SITES, 60, replace=False) for _ in range(400)]
    words = [judged(places(), chosen, bands(False, 60)).word for chosen in drawn]
    assert 6 <= words.count("localised") <= 38
    assert 6 <= words.count("dispersed") <= 38


def test_a_planted_cluster_is_localised_at_short_distances() -> None:
    """A third of the sector in one clump, on places that are spread evenly."""
    near = np.array(cKDTree(even_places()).query_ball_point([150_000, 150_000], 15_000))[:30]
    others = np.setdiff1d(np.random.default_rng(3).permutation(ALL_SITES)[:100], near)[: 90 - len(near)]
    found = judged(even_places(), np.concatenate((near, others)), bands(True, 90))
    assert len(near) == 30
    assert (found.word, found.first_km, found.strongest_km) == ("localised", 0, 0)
    assert found.localisation_index > 0
    assert found.dispersion_index == 0


def test_clumps_far_apart_are_localised_at_the_distance_between_them() -> None:
    at = even_places()
    tree = cKDTree(at)
    corners = 150_000 + np.array([[-35_000, 0], [35_000, 0], [0, 60_622]])
    clumps = np.concatenate([tree.query_ball_point(corner, 9_000)[:14] for corner in corners])
    grid = grid_over(at[:, 0], at[:, 1], 2.0)
    sector = k_density(sites_on(grid, grid.cell_of(at[clumps, 0], at[clumps, 1])), SETTINGS.at_km)
    above = sector.density - bands(True, len(clumps)).high
    assert above[SETTINGS.at_km == 68] > 0
    assert above[SETTINGS.at_km == 32] < 0


def test_sites_on_a_lattice_are_dispersed() -> None:
    nodes = np.stack(np.meshgrid(np.arange(10), np.arange(10)), axis=-1).reshape(-1, 2) * 30_000 + 15_000
    chosen = np.unique(cKDTree(even_places()).query(nodes)[1])
    found = judged(even_places(), chosen, bands(True, len(chosen)))
    assert (found.word, found.first_km) == ("dispersed", 0)
    assert found.last_km is not None
    assert found.last_km < 30
    assert found.localisation_index == 0
    assert found.dispersion_index > 0


def test_bands_between_two_numbers_of_sites_are_near_those_simulated() -> None:
    """Off by less than two fifths of the band's own distance from the mean, as are bands of other draws."""
    many = replace(SETTINGS, draws=600)
    known = simulate_bands(pool_over(places()), [40, 160], many)
    direct = simulate_bands(pool_over(places()), [80], many)[0]
    between = bands_between(known, 80, ALL_SITES)
    for name in ("low", "high", "local_low", "local_high"):
        off = np.abs(getattr(between, name) - getattr(direct, name))
        assert np.median(off / np.abs(getattr(direct, name) - direct.mean)) < 0.15
        assert (off < 0.4 * np.abs(getattr(direct, name) - direct.mean)).all()
    assert bands_between(known, 40, ALL_SITES) is known[0]
    everything = bands_between(known, ALL_SITES, ALL_SITES)
    np.testing.assert_allclose(everything.high, everything.mean)


def test_a_share_of_the_draws_reaches_the_global_bands() -> None:
    random = np.random.default_rng(4)
    curves = np.cumsum(random.normal(size=(1_000, 30)), axis=1) + 100
    found = bands_of(10, curves, 0.05)
    above = (curves >= found.high).any(axis=1)
    below = (curves <= found.low).any(axis=1)
    assert above.mean() == pytest.approx(0.05, abs=0.01)
    assert below[~above].mean() == pytest.approx(0.05, abs=0.01)
    assert (found.high >= found.local_high).all()
    assert (found.low <= found.local_low).all()
    assert (curves > found.local_high).mean(axis=0) == pytest.approx(0.05, abs=0.001)


def test_a_band_lies_beyond_all_draws_only_where_these_are_too_few() -> None:
    """Of 40 unlike curves each distance's highest is reached by nearly all: no rank has a twentieth of them."""
    curves = np.random.default_rng(5).normal(size=(40, 60))
    found = bands_of(10, curves, 0.05)
    fresh = np.random.default_rng(6).normal(size=(2_000, 60))
    assert 0.005 < (fresh >= found.high).any(axis=1).mean() < 0.3
    assert (curves >= curves.max(axis=0)).any(axis=1).mean() > 0.5


def test_the_same_draws_by_whatever_engine_and_beside_whatever_else() -> None:
    few = replace(SETTINGS, draws=20)
    alone = simulate_bands(pool_over(places()), [50], few, Threads(1))[0]
    _, beside = simulate_bands(pool_over(places()), [30, 50], few, Threads(3))
    assert alone.high.tolist() == beside.high.tolist()
    other = places()[np.random.default_rng(7).permutation(ALL_SITES)]
    assert simulate_bands(pool_over(other), [50], few)[0].low.tolist() == alone.low.tolist()


def test_more_sites_than_there_are_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="6001 sites cannot be drawn from 6000"):
        simulate_bands(pool_over(places()), [6_001], SETTINGS)
    with pytest.raises(ValueError, match="no bands are known"):
        bands_between([], 10, 20)


def test_sizes_are_the_sectors_own_where_they_are_few() -> None:
    assert sizes_to_draw([40, 12, 40, 900], 900, 3) == [12, 40]
    assert sizes_to_draw([10, 20, 30, 1_000, 50], 5_000, 3) == [10, 100, 1_000]
    assert sizes_to_draw([7], 7, 3) == []


def test_a_curve_that_is_its_band_is_neither() -> None:
    flat = np.full(5, 0.01)
    of_one_place = Bands(3, flat, flat, flat, flat, flat)
    assert verdict_on(flat * (1 + 1e-12), of_one_place, np.arange(5.0)).word == "neither"
    above = flat + np.array([0, 0.002, 0.003, 0, 0])
    assert verdict_on(above, of_one_place, np.arange(5.0) * 2) == Verdict(
        "localised", 2.0, 4.0, 4.0, pytest.approx(0.01), 0.0
    )
