"""Whether the sites of a sector are localised or dispersed, and at which distances.

What belongs here: the verdict of Duranton and Overman (2005) on a K-density among its bands, and their two indices.
What does not: K-densities (`k_density`) and bands (`counterfactuals`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from assets.arrays import Floats
from assets.methods.trust.counterfactuals import Bands
from assets.methods.trust.k_density import KDensity, k_density
from assets.methods.trust.pairs import Sites


@dataclass(frozen=True)
class Curve:
    """The K-density of a sector."""

    scheme: str
    sector: str
    sites: int
    pairs: int
    found: KDensity


def curve_of(sector: tuple[str, str, Sites], at_km: Floats) -> Curve:
    """The curve of a sector: its scheme, its name and its sites, of which there are two at least."""
    scheme, name, sites = sector
    return Curve(scheme, name, sites.sites, sites.pairs, k_density(sites, at_km))


Word = Literal["localised", "dispersed", "neither"]
ROUNDING = 1e-9
"""Share of a band by which a curve may pass it by rounding alone."""


@dataclass(frozen=True)
class Verdict:
    """What a sector's K-density says of it."""

    word: Word
    first_km: float | None
    """Shortest distance at which the curve is beyond the global band that decides; None where it is at none."""
    last_km: float | None
    """Longest such distance."""
    strongest_km: float | None
    """Distance at which it is furthest beyond."""
    localisation_index: float
    """Sum over all distances of what is above the upper global band: a share of all pairs."""
    dispersion_index: float
    """Likewise below the lower one; 0 for what is localised."""


def verdict_on(density: Floats, bands: Bands, at_km: Floats) -> Verdict:
    """Localised where the curve is above the upper global band at one distance or more; dispersed where it is not and
    is below the lower one somewhere; else neither. All arrays of shape (distances,), evenly spaced.
    """
    step = float(at_km[1] - at_km[0]) if len(at_km) > 1 else 1.0
    above = _beyond(density - bands.high, bands.high)
    below = _beyond(bands.low - density, bands.low)
    if above.any():
        return Verdict("localised", *_where(above, at_km), float(above.sum() * step), 0.0)
    if below.any():
        return Verdict("dispersed", *_where(below, at_km), 0.0, float(below.sum() * step))
    return Verdict("neither", None, None, None, 0.0, 0.0)


def _beyond(excess: Floats, band: Floats) -> Floats:
    return np.where(excess > ROUNDING * np.abs(band), excess, 0.0)


def _where(beyond: Floats, at_km: Floats) -> tuple[float, float, float]:
    """First, last and strongest."""
    places = np.flatnonzero(beyond)
    return float(at_km[places[0]]), float(at_km[places[-1]]), float(at_km[beyond.argmax()])
