"""What a sector's K-density is held against: so many sites drawn from all sites, and bands of their K-densities.

What belongs here: draws, local and global bands, bands at the numbers of sites between. What does not: the K-density
itself (`k_density`), the verdict on a sector (`localisation`).

Draws and bands are those of Duranton and Overman (2005): sites without replacement from those where business is. Bands
depend on how many sites there are and on where all sites are alone. So they are simulated at a few numbers of sites and
taken between for the rest [ours], as the null of the scan is: a band's distance from the mean shrinks as the standard
error of a mean does, `sqrt(1 / sites - 1 / all sites)`, and what is left of it changes slowly with the logarithm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from assets.arrays import Floats, Integers
from assets.method import LocalisationMethod
from assets.methods.scan.null import null_sizes
from assets.methods.trust.k_density import distances_at, k_density
from assets.methods.trust.pairs import Grid, sites_on
from assets.work import ALL_CORES, Engine, over


@dataclass(frozen=True)
class DrawSettings:
    """How much is simulated, and at which distances."""

    draws: int
    sizes: int
    """Numbers of sites at the most."""
    alpha: float
    """Share of draws that reach a global band, and that lie beyond a local band."""
    seed: int
    reach_km: float
    step_km: float

    @property
    def at_km(self) -> Floats:
        """The distances."""
        return distances_at(self.reach_km, self.step_km)


def draw_settings(method: LocalisationMethod) -> DrawSettings:
    """The profile's draws."""
    return DrawSettings(
        method.k_draws, method.k_sizes, method.k_alpha, method.k_seed, method.k_reach_km, method.k_step_km
    )


@dataclass(frozen=True)
class Pool:
    """All sites: what is drawn from."""

    grid: Grid
    cell_of_site: Integers
    """Ascending, so that a draw depends on where sites are and not on their order."""


def pool_of(grid: Grid, cell: Integers, count: Integers) -> Pool:
    """The pool of places with so many sites each, shape (places,)."""
    order = np.argsort(cell, kind="stable")
    return Pool(grid, np.repeat(cell[order], count[order]))


@dataclass(frozen=True)
class Bands:
    """K-densities of draws of one number of sites, each of shape (distances,)."""

    sites: int
    mean: Floats
    low: Floats
    """Global: reached from above by a share `alpha` of the draws that do not reach `high`."""
    high: Floats
    """Global: reached by a share `alpha` of the draws, at one distance or more."""
    local_low: Floats
    """At each distance a share `alpha` of the draws lies below."""
    local_high: Floats


def sizes_to_draw(sectors: Iterable[int], all_sites: int, sizes: int) -> list[int]:
    """Numbers of sites to simulate: those of the sectors where they are few, else evenly spaced by ratio between them.

    A sector of all sites has nothing to be compared with and is left out.
    """
    wanted = sorted({sites for sites in sectors if sites < all_sites})
    return wanted if len(wanted) <= sizes else null_sizes(wanted[0], wanted[-1], sizes)


def simulate_bands(
    pool: Pool, sizes: Sequence[int], settings: DrawSettings, engine: Engine = ALL_CORES
) -> tuple[Bands, ...]:
    """The bands at each number of sites.

    Each draw has its own seed (of the profile's, the number of sites and the draw), so bands are the same whatever
    else is simulated, in whatever order and by whatever engine. Raises ValueError for more sites than there are.
    """
    if sizes and max(sizes) > len(pool.cell_of_site):
        raise ValueError(f"{max(sizes)} sites cannot be drawn from {len(pool.cell_of_site)}: give fewer")
    # The largest first: what takes long should not begin last.
    draws = [(sites, draw) for sites in sorted(sizes, reverse=True) for draw in range(settings.draws)]
    curves = over(draws, _curve_of_draw, engine, (pool, settings)) if draws else []
    bands = {}
    for sites, drawn in groupby(zip(draws, curves, strict=True), key=lambda one: one[0][0]):
        bands[sites] = bands_of(sites, np.array([curve for _, curve in drawn]), settings.alpha)
    return tuple(bands[sites] for sites in sizes)


def _curve_of_draw(draw: tuple[int, int], shared: tuple[Pool, DrawSettings]) -> Floats:
    """The K-density of a draw: its number of sites, and which of these it is."""
    pool, settings = shared
    random = np.random.default_rng([settings.seed, *draw])
    drawn = random.choice(len(pool.cell_of_site), size=draw[0], replace=False, shuffle=False)
    return k_density(sites_on(pool.grid, pool.cell_of_site[drawn]), settings.at_km).density


def bands_of(sites: int, curves: Floats, alpha: float) -> Bands:
    """The bands of K-densities of draws, shape (draws, distances).

    The global ones are local bands of one level at all distances, chosen so that a share `alpha` of the draws reaches
    the upper one somewhere, and the same share of the others the lower one; between two ranks they are interpolated.
    """
    high = _reached_by(curves, alpha)
    inside = curves[(curves < high).all(axis=1)]
    low = -_reached_by(-(inside if len(inside) else curves), alpha)
    local_low, local_high = np.quantile(curves, [alpha, 1 - alpha], axis=0)
    return Bands(sites, curves.mean(axis=0), low, high, local_low, local_high)


def _reached_by(curves: Floats, share: float) -> Floats:
    """The upper envelope of one rank at every distance that so large a share of the curves reaches at one or more.

    Where even the highest values of all are reached by more of them, the curves are too few for ranks to tell: then it
    is so many standard deviations above the mean at every distance (Myllymäki et al. 2017, the studentised envelope).
    """
    draws = len(curves)
    descending = -np.sort(-curves, axis=0)
    # Curves of one value have one rank, so that what reaches a band is what is not below it.
    rank = np.stack(
        [np.searchsorted(-of_distance, -values) for of_distance, values in zip(descending.T, curves.T, strict=True)]
    )
    reached = np.searchsorted(np.sort(rank.min(axis=0)), np.arange(draws), side="right") / draws
    above = int(np.searchsorted(reached, share, side="right"))
    if above == 0:
        return _studentised(curves, share)
    if above == draws:
        return np.asarray(descending[-1])
    weight = (share - reached[above - 1]) / (reached[above] - reached[above - 1])
    return np.asarray((1 - weight) * descending[above - 1] + weight * descending[above])


def _studentised(curves: Floats, share: float) -> Floats:
    """The envelope at as many standard deviations above the mean as so large a share of the curves is somewhere."""
    mean, deviation = curves.mean(axis=0), curves.std(axis=0)
    above = np.divide(curves - mean, deviation, out=np.zeros_like(curves), where=deviation > 0)
    return np.asarray(mean + np.quantile(above.max(axis=1), 1 - share) * deviation)


def bands_between(known: Sequence[Bands], sites: int, all_sites: int) -> Bands:
    """The bands at a number of sites, from those at others in ascending order, linear in the number's logarithm.

    Beyond the others the nearest counts. The mean is taken between as it is, a band by its distance from the mean over
    the standard error of a mean. Raises ValueError where none is known.
    """
    if not known:
        raise ValueError(f"no bands are known to take those of {sites} sites from: simulate some")
    numbers = [bands.sites for bands in known]
    if sites in numbers:
        return known[numbers.index(sites)]
    upper = min(max(int(np.searchsorted(numbers, sites)), 1), len(known) - 1)
    first, second = known[max(upper - 1, 0)], known[upper]
    apart = np.log(second.sites) - np.log(first.sites)
    share = float(np.clip((np.log(sites) - np.log(first.sites)) / apart, 0, 1)) if apart else 0.0
    mean = (1 - share) * first.mean + share * second.mean

    def band(name: str) -> Floats:
        first_off, second_off = (
            (getattr(bands, name) - bands.mean) / _standard_error(bands.sites, all_sites) for bands in (first, second)
        )
        return np.asarray(mean + ((1 - share) * first_off + share * second_off) * _standard_error(sites, all_sites))

    return Bands(sites, mean, band("low"), band("high"), band("local_low"), band("local_high"))


def _standard_error(sites: int, all_sites: int) -> float:
    """Of a mean over so many of all sites, drawn without replacement, in standard deviations."""
    return float(np.sqrt(1 / sites - 1 / all_sites))
