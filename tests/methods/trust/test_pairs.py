"""Pairs of sites by distance: two ways of counting, and both beside all pairs written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from assets.arrays import Floats
from assets.methods.trust import pairs
from assets.methods.trust.pairs import Sites, grid_over, pair_counts, sites_on


def middles_km(sites: Sites) -> Floats:
    """The middle of each site's cell, shape (sites, 2)."""
    row, column = np.divmod(np.repeat(sites.cell, sites.count), sites.grid.columns)
    return np.column_stack((column, row)) * sites.grid.size_km


def clumped(sites: int, seed: int, size_km: float = 1.0) -> Sites:
    """Sites in a few clumps, many in one cell."""
    random = np.random.default_rng(seed)
    middle = random.uniform(0, 60_000, (8, 2))
    places = middle[random.integers(0, 8, sites)] + random.normal(0, 4_000, (sites, 2))
    grid = grid_over(places[:, 0], places[:, 1], size_km)
    return sites_on(grid, grid.cell_of(places[:, 0], places[:, 1]))


@pytest.mark.parametrize("within_km", [0.0, 0.9, 7.3, 40.0, np.inf])
def test_pairs_are_those_written_out(within_km: float) -> None:
    sites = clumped(400, 1)
    apart = pdist(middles_km(sites))
    expected, counts = np.unique(np.round(apart[apart <= within_km] ** 2), return_counts=True)
    found = pair_counts(sites, within_km)
    np.testing.assert_allclose(found.distance_km**2, expected)
    assert found.pairs.tolist() == counts.tolist()


@pytest.mark.parametrize("furthest", [0, 1, 300, 3_600, 40_000])
def test_both_ways_of_counting_give_the_same_whole_numbers(furthest: int) -> None:
    sites = clumped(3_000, 2)
    one_by_one, transformed = pairs._one_by_one(sites, furthest), pairs._transformed(sites, furthest)
    assert one_by_one.tolist() == transformed.tolist()
    assert one_by_one.sum() > 0 or furthest == 0


def test_the_transform_is_taken_where_there_are_many_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = clumped(50, 3), clumped(20_000, 3, 0.25)
    expected = pair_counts(many, 10.0)

    def refuse(sites: Sites, furthest: int) -> Floats:
        raise AssertionError(f"{sites.sites} sites were counted one by one")

    monkeypatch.setattr(pairs, "_one_by_one", refuse)
    assert pair_counts(many, 10.0).pairs.tolist() == expected.pairs.tolist()
    with pytest.raises(AssertionError, match="50 sites"):
        pair_counts(few, 10.0)


def test_sites_on_coarser_cells_are_the_same_sites() -> None:
    sites = clumped(500, 4)
    coarse = sites.coarser(3)
    assert coarse.sites == sites.sites == 500
    assert np.unique(middles_km(sites) // 3, axis=0).shape[0] == len(coarse.cell)


def test_sites_are_the_same_sorted_or_counted() -> None:
    grid = grid_over(np.array([0.0, 49_999.0]), np.array([0.0, 49_999.0]), 1.0)
    cell = np.random.default_rng(5).integers(0, 2_500, 60)
    sorted_, counted = sites_on(grid, cell), sites_on(grid, np.tile(cell, 5))
    assert sorted_.cell.tolist() == counted.cell.tolist()
    assert (5 * sorted_.count).tolist() == counted.count.tolist()
    assert sites_on(grid, cell, np.full(60, 5)).count.tolist() == counted.count.tolist()


def test_a_grid_over_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no places"):
        grid_over(np.empty(0), np.empty(0), 1.0)
