"""Synthetic ground for the tests: uneven business sites in towns, and groups planted on it."""

from __future__ import annotations

import numpy as np

from assets.arrays import Floats


def uneven_sites(random: np.random.Generator, sites: int, towns: int = 12, width_m: float = 200_000.0) -> Floats:
    """Sites in whole metres, shape (sites, 2): towns of very unlike size, shared postcodes, countryside between."""
    centres = random.uniform(0, width_m, (towns, 2))
    weights = random.pareto(1.0, towns) + 0.2
    places = np.vstack(
        [
            centres[random.choice(towns, sites // 3, p=weights / weights.sum())]
            + random.normal(0, 1, (sites // 3, 2)) * random.exponential(3_000, (sites // 3, 1)),
            random.uniform(0, width_m, (sites // 10, 2)),
        ]
    ).round()
    popularity = random.pareto(1.2, len(places)) + 0.1
    return places[random.choice(len(places), sites, p=popularity / popularity.sum())]


def disc(random: np.random.Generator, centre: Floats, radius_m: float, points: int) -> Floats:
    """Points spread evenly over a disc, whole metres."""
    angle = random.uniform(0, 2 * np.pi, points)
    distance = radius_m * np.sqrt(random.random(points))
    return (centre + np.column_stack([np.cos(angle), np.sin(angle)]) * distance[:, None]).round()
