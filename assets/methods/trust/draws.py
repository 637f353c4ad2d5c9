"""Bootstrap draws of a sector's organisations, and the sizes that a draw is given.

What belongs here: who is drawn, and numbers of points in proportion. What does not: what a method finds in a draw
(`density`, `scan`), what it says of the published groups (`stability`).

Organisations are drawn with replacement and each that was drawn stands once, with all its points: a bootstrap without
the copies, as Hennig (2007) has it where copies would be taken for groups of their own. To a method that goes by
density an organisation drawn three times is three at one address. Without copies 63% of the organisations stand in a
draw. Numbers of points that the method asks for are taken in the share of the points that stand, so that a draw is
asked for the same density: the distance to the k-th neighbour among all is about that to the (0.63 k)-th among 63%.
Least sizes of HDBSCAN's groups are the exception, and stop at the firms that a group must have (`density`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assets.arrays import Bools, Floats, Integers
from assets.methods.density.places import NOISE

BOOTSTRAP_SHARE = 1 - float(np.exp(-1))
"""Share of the organisations that stand in a draw of as many as there are."""

Find = Callable[[Bools, np.random.Generator], Integers]
"""Labels of the points that stand, NOISE in no group: given which of a sector's points these are."""


@dataclass(frozen=True)
class Located:
    """Points of a sector in one grid. All arrays have shape (points,)."""

    easting: Floats
    northing: Floats
    organisation: Integers
    """A number for each organisation, from 0 without gaps."""
    is_firm: Bools

    @property
    def organisations(self) -> int:
        """How many there are."""
        return int(self.organisation.max(initial=-1)) + 1

    def some(self, standing: Bools) -> Located:
        """Those points; numbers of organisations stay."""
        return Located(
            self.easting[standing], self.northing[standing], self.organisation[standing], self.is_firm[standing]
        )


@dataclass(frozen=True)
class DrawRules:
    """How much is drawn."""

    draws: int
    """At the most."""
    min_draws: int
    """At the least."""
    all_points: int
    """Points of all draws of a sector together, as far as the two bounds leave it open."""
    max_points: int
    """Points of a draw at the most, about."""
    seed: int

    def share_of(self, points: int) -> float:
        """Share of the organisations that stand in a draw of a sector of so many points, about: 63%, and of very many
        points fewer: m out of n (Bickel, Götze and van Zwet 1997).
        """
        return min(BOOTSTRAP_SHARE, self.max_points / points)

    def draws_of(self, points: int) -> int:
        """How often is drawn of such a sector."""
        return min(self.draws, max(self.min_draws, int(self.all_points / (self.share_of(points) * points))))


def draw_organisations(organisations: int, share: float, random: np.random.Generator) -> Bools:
    """True for the organisations that stand in a draw with replacement, shape (organisations,)."""
    standing = np.zeros(organisations, dtype=np.bool_)
    standing[random.integers(0, organisations, round(-organisations * np.log1p(-share)))] = True
    return standing


def part_of(count: int, share: float, least: int) -> int:
    """A number of points, firms or places in a share of them."""
    return max(least, round(count * share))


def of_enough_firms(labels: Integers, points: Located, min_firms: int) -> Integers:
    """The labels with NOISE in place of groups of fewer distinct firms."""
    counted = points.is_firm & (labels != NOISE)
    pairs = np.unique(labels[counted] * points.organisations + points.organisation[counted])
    firms = np.bincount(pairs // points.organisations, minlength=int(labels.max(initial=NOISE)) + 1)
    is_kept = np.append(firms >= min_firms, False)
    return np.where(is_kept[labels], labels, NOISE)
