"""The K-density beside a naive one of every pair, written without the module's code."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.stats import norm

from assets.arrays import Floats
from assets.methods.trust.k_density import bandwidth_km, distances_at, k_density
from assets.methods.trust.pairs import grid_over, sites_on
from tests.methods.trust.test_pairs import clumped, middles_km

AT_KM = distances_at(40, 1)


def naive_bandwidth(apart: Floats) -> float:
    """Silverman's of all distances, by numpy's own statistics."""
    lower, upper = np.percentile(apart, [25, 75])
    return float(0.9 * min(np.std(apart, ddof=1), (upper - lower) / 1.34) * len(apart) ** -0.2)


def naive_density(apart: Floats, at_km: Floats, bandwidth: float) -> Floats:
    """Every pair's kernel and its reflection at 0, at every distance."""
    return np.array([np.mean(norm.pdf(at, apart, bandwidth) + norm.pdf(at, -apart, bandwidth)) for at in at_km])


@pytest.mark.parametrize(("sites", "size_km"), [(2, 1.0), (40, 0.4), (300, 0.5)])
def test_it_is_the_naive_one_of_every_pair(sites: int, size_km: float) -> None:
    found = clumped(sites, sites, size_km)
    apart = pdist(middles_km(found))
    bandwidth = max(naive_bandwidth(apart) if sites > 2 else 0.0, size_km)
    density = k_density(found, AT_KM)
    assert density.bandwidth_km == pytest.approx(bandwidth, rel=1e-12)
    apart = pdist(middles_km(found.coarser(round(density.cell_km / size_km))))
    np.testing.assert_allclose(density.density, naive_density(apart, AT_KM, bandwidth), rtol=0, atol=1e-9)


def test_it_is_a_density_over_distances() -> None:
    sites = clumped(300, 6)
    at = distances_at(150, 0.25)
    assert np.trapezoid(k_density(sites, at).density, at) == pytest.approx(1, abs=1e-6)


def test_cells_of_a_kilometre_leave_the_curve_of_a_country_as_it_is() -> None:
    """Beside the true places: within 1% of the curve's height, and the bandwidth within 0.2%."""
    random = np.random.default_rng(7)
    middle = random.uniform(0, 1, (40, 2)) * (600_000, 900_000)
    places = middle[random.integers(0, 40, 400)] + random.normal(0, 5_000, (400, 2))
    grid = grid_over(places[:, 0], places[:, 1], 1.0)
    found = k_density(sites_on(grid, grid.cell_of(places[:, 0], places[:, 1])), distances_at(180, 5))
    apart = pdist(places / 1000)
    bandwidth = naive_bandwidth(apart)
    expected = naive_density(apart, distances_at(180, 5), bandwidth)
    assert found.bandwidth_km == pytest.approx(bandwidth, rel=0.002)
    assert np.abs(found.density - expected).max() < 0.01 * expected.max()


def test_a_bandwidth_is_of_the_spread_that_there_is() -> None:
    grid = grid_over(np.array([0.0, 9_999.0]), np.array([0.0, 9_999.0]), 1.0)
    # Of 45 pairs 9 are 5 km apart and the others together: the quartiles are both 0, the deviation is not.
    lopsided = sites_on(grid, np.array([0] * 9 + [5]))
    assert bandwidth_km(lopsided) == pytest.approx(0.9 * np.std([0] * 36 + [5] * 9, ddof=1) * 45**-0.2)
    together = sites_on(grid, np.zeros(10, dtype=np.int64))
    assert bandwidth_km(together) == 0
    assert k_density(together, AT_KM).bandwidth_km == 1


def test_one_site_has_no_pairs() -> None:
    with pytest.raises(ValueError, match="1 sites have no pairs"):
        k_density(clumped(1, 8), AT_KM)
