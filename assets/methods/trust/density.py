"""HDBSCAN and DBSCAN on a draw of a sector, with sizes in its share.

What belongs here: what the two are given in a draw, and their groups of enough firms. What does not: the algorithms
(`assets.methods.density`), who is drawn (`draws`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from assets.arrays import Bools, Integers
from assets.methods.density.clustering import HdbscanSizes, dbscan_labels, hdbscan_labels
from assets.methods.density.places import NOISE
from assets.methods.trust.draws import Find, Located, of_enough_firms, part_of


@dataclass(frozen=True)
class DensitySettings:
    """What a density method was given for a sector."""

    algorithm: Literal["hdbscan", "dbscan"]
    min_firms: int
    min_cluster_size: int
    min_samples: int
    epsilon_m: float
    """cluster_selection_epsilon, or the radius of DBSCAN."""

    def in_share(self, share: float) -> DensitySettings:
        """The same of a share of the points; what is a distance stays.

        `min_samples` asks for a density, and goes with the share. `min_cluster_size` says below how many points a part
        of a group is spurious (Campello, Moulavi and Sander 2013), and how many chance puts together does not go with
        the share: it is not taken below the firms that a group must have, as no sector's own is. A draw would else
        fall into pieces of six points, and groups that are one would be told as unstable.
        """
        return replace(
            self,
            min_firms=part_of(self.min_firms, share, 2),
            min_cluster_size=part_of(self.min_cluster_size, share, min(self.min_cluster_size, self.min_firms)),
            min_samples=part_of(self.min_samples, share, 1),
        )


def density_finder(points: Located, settings: DensitySettings) -> Find:
    """Groups of those that stand, of at least `min_firms` distinct firms; all in the share of the points."""

    def find(standing: Bools, random: np.random.Generator) -> Integers:
        return density_groups(points.some(standing), settings.in_share(float(standing.mean())))

    return find


def density_groups(points: Located, settings: DensitySettings) -> Integers:
    """Label of each point, shape (points,), NOISE in no group of enough firms."""
    if len(points.easting) < max(settings.min_cluster_size, settings.min_samples):
        return np.full(len(points.easting), NOISE)
    if settings.algorithm == "dbscan":
        labels = dbscan_labels(points.easting, points.northing, settings.epsilon_m, settings.min_samples)
    else:
        sizes = HdbscanSizes(settings.min_cluster_size, settings.min_samples, settings.epsilon_m)
        labels = hdbscan_labels(points.easting, points.northing, sizes)
    return of_enough_firms(labels, points, settings.min_firms)
