"""Bootstrap draws of a sector's organisations, and the groups that its method finds in one.

What belongs here: who is drawn, the sizes that a draw is given, its groups. What does not: what a draw's groups say of
the published ones (`stability`).

Organisations are drawn with replacement and each that was drawn stands once, with all its points: a bootstrap without
the copies, the rule that Hennig (2007) has for methods that take copies for groups of their own. To a method that goes
by density an organisation drawn three times is three at one address. Without copies 63% of the organisations stand in
a draw. Numbers of points that the method asks for are taken in the share of the points that stand, so that a draw is
asked for the same density: the distance to the k-th neighbour among all is about that to the (0.63 k)-th among 63%.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assets.arrays import Floats, Integers
from assets.methods.density.clustering import HdbscanSizes, dbscan_labels, hdbscan_labels
from assets.methods.density.places import NOISE

BOOTSTRAP_SHARE = 1 - float(np.exp(-1))
"""Share of the organisations that stand in a draw of as many as there are."""


@dataclass(frozen=True)
class Located:
    """Points of a sector in one grid. All arrays have shape (points,)."""

    easting: Floats
    northing: Floats
    organisation: Integers
    """A number for each organisation, from 0 without gaps."""
    is_firm: NDArray[np.bool_]

    def some(self, standing: NDArray[np.bool_]) -> Located:
        """Those points; numbers of organisations stay."""
        return Located(
            self.easting[standing], self.northing[standing], self.organisation[standing], self.is_firm[standing]
        )


@dataclass(frozen=True)
class Settings:
    """What a density method is given for a sector."""

    algorithm: Literal["hdbscan", "dbscan"]
    min_firms: int
    min_cluster_size: int
    min_samples: int
    epsilon_m: float

    def in_share(self, share: float) -> Settings:
        """The same of a share of the points."""

        def part(points: int, least: int) -> int:
            return max(least, round(points * share))

        return replace(
            self,
            min_firms=part(self.min_firms, 2),
            min_cluster_size=part(self.min_cluster_size, 2),
            min_samples=part(self.min_samples, 1),
        )


@dataclass(frozen=True)
class DrawRules:
    """How much is drawn."""

    draws: int
    max_points: int
    """Points of a draw at the most, about."""
    least_points: int
    """Of a group of the least size at least so many points are drawn, about, as far as 63% of them are as many."""
    seed: int


def drawn_share(points: int, settings: Settings, rules: DrawRules) -> float:
    """Share of a sector's organisations that stand in a draw, about: 63%, and of a sector of many points fewer.

    m out of n are drawn (Bickel, Götze and van Zwet 1997), of groups of the least size at least `least_points`.
    """
    enough = max(rules.max_points / points, rules.least_points / settings.min_cluster_size)
    return min(BOOTSTRAP_SHARE, enough)


def draw_organisations(organisations: int, share: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """True for the organisations that stand in a draw with replacement, shape (organisations,)."""
    standing = np.zeros(organisations, dtype=np.bool_)
    standing[random.integers(0, organisations, round(-organisations * np.log1p(-share)))] = True
    return standing


def groups_of(points: Located, settings: Settings) -> Integers:
    """Label of each point, shape (points,), NOISE in no group of at least `min_firms` distinct firms."""
    if len(points.easting) < settings.min_cluster_size:
        return np.full(len(points.easting), NOISE)
    if settings.algorithm == "dbscan":
        labels = dbscan_labels(points.easting, points.northing, settings.epsilon_m, settings.min_samples)
    else:
        sizes = HdbscanSizes(settings.min_cluster_size, settings.min_samples, settings.epsilon_m)
        labels = hdbscan_labels(points.easting, points.northing, sizes)
    return _of_enough_firms(labels, points, settings.min_firms)


def _of_enough_firms(labels: Integers, points: Located, min_firms: int) -> Integers:
    counted = points.is_firm & (labels != NOISE)
    organisations = int(points.organisation.max(initial=0)) + 1
    pairs = np.unique(labels[counted] * organisations + points.organisation[counted])
    firms = np.bincount(pairs // organisations, minlength=int(labels.max(initial=NOISE)) + 1)
    is_kept = np.append(firms >= min_firms, False)
    return np.where(is_kept[labels], labels, NOISE)
