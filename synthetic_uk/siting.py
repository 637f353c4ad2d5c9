"""Where planted groups go: free places, and how much background there is at them.

What belongs here: the choice of a place for a group of a given radius. What does not: which groups there are and what
becomes of them (`planted`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from assets.arrays import Integers
from synthetic_uk.geography import Geography
from synthetic_uk.streams import choose

_ALIKE_APART_M = 25_000.0
_OTHERS_APART_M = 1_000.0
_TRIES = 3_000
_CROWDED_AFTER_TRIES = 600
"""Where groups are many they cannot all keep clear of each other: from then on only those of one kind do."""


@dataclass(frozen=True)
class Site:
    """A disc, in metres of its grid."""

    x_m: float
    y_m: float
    is_ni: bool
    radius_m: float


class Siting:
    """Knows the places that are taken, by what kind (scheme and sector), and the business at any place."""

    def __init__(self, geography: Geography, rng: np.random.Generator) -> None:
        self._rng = rng
        self._land = geography.land
        self._towns = geography.settlements
        self._taken: list[tuple[Site, object]] = []
        base = geography.postcodes
        self._draw = base.draw
        self._in_grid = {is_ni: np.flatnonzero(base.is_ni == is_ni) for is_ni in (False, True)}
        self._tree = {
            is_ni: cKDTree(np.column_stack([base.x_m[here], base.y_m[here]])) for is_ni, here in self._in_grid.items()
        }

    def take(self, site: Site, kind: object) -> None:
        """Note that a group of a kind is at a site."""
        self._taken.append((site, kind))

    def postcodes_in(self, site: Site) -> Integers:
        """Base postcodes in a site's disc."""
        inside = self._tree[site.is_ni].query_ball_point([site.x_m, site.y_m], site.radius_m)
        return self._in_grid[site.is_ni][np.sort(np.array(inside, dtype=np.int64))]

    def background_share(self, site: Site) -> float:
        """Share of all background business that lies in a site's disc."""
        return float(self._draw[self.postcodes_in(site)].sum() / self._draw.sum())

    def anywhere(self, radius_m: float, kind: object, most_background_share: float) -> Site:
        """A free site with no more than some share of the background in it, else the emptiest one found.

        By a settlement of any size (four in ten), at a real town (three and a half in ten), or in open country. Raises
        ValueError where no site is free.
        """
        rng, towns = self._rng, self._towns
        emptiest: tuple[float, Site] | None = None
        for attempt in range(_TRIES):
            place = rng.random()
            if place < 0.75:
                known = len(towns.x_m) if place < 0.40 else towns.towns
                by = int(choose(rng, towns.population[:known] ** 0.3, 1)[0])
                reach_m = towns.spread_m[by] * rng.uniform(0.3, 2.2)
            else:
                by = int(rng.integers(len(towns.x_m)))
                reach_m = rng.uniform(4_000, 15_000)
            site = self._at(towns.x_m[by], towns.y_m[by], bool(towns.is_ni[by]), reach_m, radius_m)
            if self._is_free(site, kind, attempt >= _CROWDED_AFTER_TRIES):
                share = self.background_share(site)
                if share <= most_background_share:
                    return site
                emptiest = min(emptiest, (share, site), key=lambda pair: pair[0]) if emptiest else (share, site)
        if emptiest:
            return emptiest[1]
        raise ValueError(f"no free place for a planted group of radius {radius_m:.0f} m: plant fewer groups")

    def beside(self, other: Site, radius_m: float, kind: object, most_background_share: float) -> Site | None:
        """The same, a few diameters and 5 to 15 km from another site of its kind; None where there is none."""
        for _ in range(300):
            apart_m = 2.5 * (other.radius_m + radius_m) + self._rng.uniform(5_000, 15_000)
            site = self._at(other.x_m, other.y_m, other.is_ni, apart_m, radius_m)
            if self._is_free(site, ("beside", kind), False) and self.background_share(site) <= most_background_share:
                return site
        return None

    def _at(self, x_m: float, y_m: float, is_ni: bool, apart_m: float, radius_m: float) -> Site:
        bearing = self._rng.uniform(0, 2 * np.pi)
        return Site(float(x_m + apart_m * np.cos(bearing)), float(y_m + apart_m * np.sin(bearing)), is_ni, radius_m)

    def _is_free(self, site: Site, kind: object, crowded: bool) -> bool:
        if not self._land.holds(np.array([site.x_m]), np.array([site.y_m]), np.array([site.is_ni]))[0]:
            return False
        for other, other_kind in self._taken:
            alike = other_kind == kind
            if other.is_ni == site.is_ni and (alike or not crowded):
                apart_m = float(np.hypot(other.x_m - site.x_m, other.y_m - site.y_m))
                if apart_m < 1.3 * (other.radius_m + site.radius_m) + (_ALIKE_APART_M if alike else _OTHERS_APART_M):
                    return False
        return True
