"""Whether a planted group stands out at all: the score of the window of its own points.

What belongs here: that one figure, so that what no method could find is not asked of any. What does not: what a method
found.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from assets.arrays import Floats
from assets.methods.density.hierarchy import build_hierarchy
from assets.methods.density.places import distinct_places
from assets.methods.scan.scan import WindowRules, log_likelihood_ratio


class OwnWindows:
    """The points of a sector among all business sites, coordinates in metres."""

    def __init__(self, cases_m: Floats, sites_m: Floats, rules: WindowRules) -> None:
        """`cases_m` (cases, 2) are among `sites_m` (sites, 2)."""
        self._rules = rules
        places = distinct_places(*cases_m.T)
        self._tree = cKDTree(places.coordinates_m)
        self._nearest_m, nearest = self._tree.query(sites_m)
        self._sites_m = sites_m
        is_here = self._nearest_m == 0
        here = np.bincount(nearest[is_here], minlength=len(places.points))
        self._cases, controls = rules.addresses.counted(places.points, here)
        self._of_site = np.ones(len(sites_m))
        self._of_site[is_here] = (controls / here)[nearest[is_here]]

    def score(self, members_m: Floats) -> float:
        """The log likelihood ratio of some of the points, made as a node's is.

        k are the points that count at the members' places, n the sites nearer to one of these than to any other point
        of the sector, and within their linking distance.
        """
        own = distinct_places(*members_m.T)
        linking_m = build_hierarchy(own, self._rules.min_samples).linking_distance_m.max()
        own_m, _ = cKDTree(own.coordinates_m).query(self._sites_m, distance_upper_bound=linking_m)
        k = self._cases[self._tree.query(own.coordinates_m)[1]].sum()
        n = max(float(k), float(self._of_site[own_m <= self._nearest_m].sum()))
        score = log_likelihood_ratio(np.array([k]), np.array([n]), int(self._cases.sum()), float(self._of_site.sum()))
        return float(score[0])
