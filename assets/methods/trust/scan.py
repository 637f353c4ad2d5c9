"""The evidence scan on a draw of a sector, against a draw of business at large.

What belongs here: the business that a draw is compared with, what the scan is given in a draw. What does not: the scan
(`assets.methods.scan`), who is drawn (`draws`).

A score is a sum over cases: at the same density a share of the cases has that share of the score, so the penalty and an
ellipse's cost are taken in the share too. Of business at large a few sites for each of the sector's tell nearly as much
as all (Breslow and Day 1980: beyond four or five controls a case little is gained), so that many are drawn, each
standing for as many as make the whole the share that the cases are. The stretch of distances is that of all business.

A window settles in its ellipse only where it holds a point that is looked for: another cannot be like any group that
is. Of a large sector, thinned, nearly all windows are such others, for chance is not less in a share of the points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assets.arrays import Bools, Integers
from assets.methods.density.place_tree import plant
from assets.methods.density.places import NOISE, Places
from assets.methods.scan.addresses import AddressRules
from assets.methods.scan.ellipses import EllipseRules
from assets.methods.scan.scan import Background, WindowRules, Windows, places_among, score_windows, select_windows
from assets.methods.scan.settling import settle
from assets.methods.trust.draws import Find, Located, of_enough_firms, part_of


@dataclass(frozen=True)
class ControlRules:
    """How much of business at large is drawn."""

    per_case: int
    """Sites for each of the sector's that stands."""
    least: int
    """Sites at the least."""


@dataclass(frozen=True)
class ScanSettings:
    """What the scan was given for a sector."""

    windows: WindowRules
    ellipses: EllipseRules
    join_m: float
    penalty: float
    """The critical score."""

    def in_share(self, share: float) -> ScanSettings:
        """The same of a share of the cases; what is a distance or a density stays."""
        windows, addresses = self.windows, self.windows.addresses
        return ScanSettings(
            replace(
                windows,
                min_samples=part_of(windows.min_samples, share, 1),
                min_firms=part_of(windows.min_firms, share, 2),
                addresses=AddressRules(
                    part_of(addresses.min_places, share, 2),
                    addresses.max_share,
                    part_of(addresses.cap, share, 1) if addresses.cap else 0,
                ),
            ),
            replace(self.ellipses, cost=self.ellipses.cost * share),
            self.join_m,
            self.penalty * share,
        )


def scan_finder(
    points: Located, settings: ScanSettings, background: Background, controls: ControlRules, sought: Bools
) -> Find:
    """Groups of those that stand, among business of which a part is drawn; those alone that begin at a point `sought`.

    Raises ValueError for a point where no business site is.
    """
    at = places_among(points.easting, points.northing, background)
    others = Others(background, at, controls)

    def find(standing: Bools, random: np.random.Generator) -> Integers:
        share = float(standing.mean())
        drawn = others.drawn(at[standing], share, random)
        return scan_groups(points.some(standing), settings.in_share(share), drawn, sought[standing])

    return find


def scan_groups(
    points: Located, settings: ScanSettings, background: Background, sought: Bools | None = None
) -> Integers:
    """Label of each point, shape (points,), NOISE in no group of enough firms; where points are `sought`, of groups
    alone whose window holds one."""
    windows_rules = settings.windows
    if len(points.easting) < max(windows_rules.min_firms, windows_rules.min_samples):
        return np.full(len(points.easting), NOISE)
    firms = np.where(points.is_firm, points.organisation, -1)
    windows = score_windows(points.easting, points.northing, firms, background, windows_rules)
    taken = select_windows(windows.hierarchy.parent, windows.score, settings.penalty)
    if sought is not None:
        taken = _with_one_of(windows, taken, sought)
    settled = settle(windows, taken, background, windows_rules, settings.ellipses, settings.penalty, settings.join_m)
    labels = settled.of_place[windows.hierarchy.places.place_of_point]
    return of_enough_firms(labels, points, windows_rules.min_firms)


def _with_one_of(windows: Windows, taken: Integers, sought: Bools) -> Integers:
    """The nodes of the tree that hold a point sought."""
    hierarchy = windows.hierarchy
    is_sought = np.zeros(len(hierarchy.places.points), dtype=np.bool_)
    is_sought[hierarchy.places.place_of_point[sought]] = True
    holds_one = [bool(is_sought[hierarchy.places_under(int(node))].any()) for node in taken]
    return taken[np.array(holds_one, dtype=np.bool_)]


class Others:
    """Business at large without a sector's own sites, to draw from."""

    def __init__(self, background: Background, at: Integers, controls: ControlRules) -> None:
        """`at` are the places of the sector's points."""
        self._background, self._controls = background, controls
        sites = background.places.points
        self._upto = np.cumsum(sites - np.bincount(at, minlength=len(sites)))

    def drawn(self, at: Integers, share: float, random: np.random.Generator) -> Background:
        """Those of the sector's points that stand, which are at the places `at`, and a share of the others."""
        wanted = share * float(self._upto[-1])
        most = max(self._controls.per_case * len(at), self._controls.least)
        each_for = max(1, int(wanted // most))
        # In order, because that is found quicker among millions.
        others = np.sort(random.integers(0, max(self._upto[-1], 1), round(wanted / each_for)))
        at_others = np.searchsorted(self._upto, others, side="right")
        weights = np.concatenate([np.ones(len(at)), np.full(len(at_others), each_for)])
        used, of_site = np.unique(np.concatenate([at, at_others]), return_inverse=True)
        sites = np.bincount(of_site, weights).astype(np.int64)
        coordinates = self._background.places.coordinates_m[used]
        tree = plant(coordinates)
        # Whose sites they are is asked of null data alone: no site is listed, only counted.
        unlisted = np.broadcast_to(np.int64(NOISE), int(sites.sum()))
        return Background(
            Places(coordinates, sites, of_site),
            unlisted,
            self._background.stretch[used],
            tree,
            np.concatenate([[0], np.cumsum(sites[tree.order])]),
        )
