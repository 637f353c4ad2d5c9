"""What a metre counts where: distances between a sector's firms against what business at large makes usual there.

What belongs here: the stretch of distances at each place of the background. What does not: the tree that is built on
stretched distances (`hierarchy`), the windows that are taken from it (`scan`).

A kilometre between two firms is far in the middle of London and near in Powys. The stretch is the typical spacing of
business at large over the spacing at the place, to a power: at power 0 a metre is a metre everywhere, at power 1 a
distance is counted in spacings of the place alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.arrays import Floats
from assets.methods.density.core_distances import distances_to_reach
from assets.methods.density.place_tree import PlaceTree
from assets.methods.density.places import Places


@dataclass(frozen=True)
class StretchRules:
    """How far distances are stretched."""

    power: float
    """Power of the spacing: 0 for metres."""
    neighbours: int
    """The spacing at a place is the distance within which it has this many business sites, its own included."""
    least_m: float
    """Smallest spacing in metres: hundreds of sites may share one postcode."""


METRES = StretchRules(power=0.0, neighbours=1, least_m=1.0)
"""Nothing is stretched."""


def stretch_of(places: Places, tree: PlaceTree, rules: StretchRules, threads: int | None = None) -> Floats:
    """What distances are multiplied by at each place of the background, shape (places,); its median over sites is 1.

    `tree` is the k-d tree over the places; the spacing is found over `threads`, None being one a core.
    """
    if rules.power == 0:
        return np.ones(len(places.points))
    nearest = min(rules.neighbours, len(places.place_of_point))
    distance_m = distances_to_reach(tree, places.points, nearest, threads)
    spacing_m = np.maximum(distance_m, rules.least_m)
    typical_m = np.median(spacing_m[places.place_of_point])
    return np.asarray((typical_m / spacing_m) ** rules.power)
