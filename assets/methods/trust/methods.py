"""Five methods side by side on the same points of a sector.

What belongs here: which methods these are, what each is given, and their groups. What does not: the methods themselves
(`assets.methods.density`, `assets.methods.scan`, `assets.methods.statistics.quotients`), how far they agree
(`agreement`), what the scans' scores are by chance (`chance`).

- `hdbscan`, `dbscan`, `scan`: by the profile's parameters; the one that is the profile's own has the groups that it has
  found already.
- `circles`: Kulldorff's circular scan (1997), the cases as centres.
- `districts`: local authority districts with enough firms of the sector and a location quotient above 1 that is beyond
  chance (Benjamini-Hochberg over the districts of the sector): what needs no algorithm.

What goes by density sees all points. The scans see a part of a large sector's organisations, and business at large by
a draw: what they find is what so many points show beyond chance. All are compared on the points that the scans see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.arrays import Bools, Integers
from assets.method import SpatialMethod, TrustMethod
from assets.methods.density.clustering import dbscan_labels, hdbscan
from assets.methods.density.places import NOISE
from assets.methods.groups.sector_groups import ellipse_rules, points_needed, window_rules
from assets.methods.scan.circular_scan import Reach
from assets.methods.scan.scan import Background, places_among
from assets.methods.statistics.quotients import location_quotients
from assets.methods.statistics.significance import benjamini_hochberg_within
from assets.methods.trust.agreement import pairs_of
from assets.methods.trust.chance import ChanceRules, Ground, circles_of
from assets.methods.trust.draws import Located, draw_organisations, of_enough_firms
from assets.methods.trust.scan import ControlRules, Others, ScanSettings, scan_groups
from assets.methods.typology.criteria import LEAST_QUOTIENT

METHODS = ("hdbscan", "dbscan", "scan", "circles", "districts")


@dataclass(frozen=True)
class Side:
    """A sector's points in one grid. Arrays have shape (points,)."""

    grid: str
    rows: pl.DataFrame
    """What is kept of each point beside what is found of it."""
    points: Located
    own: Integers
    """The groups that the profile's algorithm has found, from 0; NOISE in none."""
    district: Integers
    """The district of those in one where the sector is at home (`home_districts`); NOISE elsewhere."""


@dataclass(frozen=True)
class SectorPoints:
    """A sector: one item of work."""

    key: tuple[int, ...]
    """What draws' seeds follow from beside the profile's."""
    points: int
    """Of the sector in both grids, which the least size of HDBSCAN's groups goes by."""
    sides: Sequence[Side]
    """The grids that a run was made in."""

    @property
    def size(self) -> int:
        """Points of these."""
        return sum(len(side.own) for side in self.sides)


@dataclass(frozen=True)
class MethodRules:
    """What all sectors share."""

    spatial: SpatialMethod
    most_points: int
    """Points of a sector that are compared at the most, about."""
    chance: ChanceRules
    grounds: Mapping[str, Ground]
    """By grid."""


@dataclass(frozen=True)
class Compared:
    """What came of a sector."""

    pairs: pl.DataFrame
    """As `pairs_of` gives them."""
    points: pl.DataFrame
    """The points compared: `Side.rows`, and of each method whether the point is in a group of it."""


def chance_rules(spatial: SpatialMethod, trust: TrustMethod) -> ChanceRules:
    """The profile's draws of sectors by chance, and its windows and circles."""
    reach = Reach(trust.circle_max_m, trust.circle_max_share, spatial.min_firms)
    controls = ControlRules(trust.stability_controls_per_case, trust.methods_least_controls)
    return ChanceRules(
        trust.methods_null_draws, trust.methods_null_sizes, trust.trust_seed, controls, window_rules(spatial), reach
    )


def home_districts(counts: pl.DataFrame, alpha: float, min_firms: int) -> pl.DataFrame:
    """The districts that each sector is at home in: scheme, sector, district_code.

    `counts`: scheme, sector, district_code and distinct firms as `location_quotients` wants them, of the district in
    `district_firms`; a row a district that has any of the sector.
    """
    tested = location_quotients(counts.rename({"district_code": "group_id", "district_firms": "outline_firms"}), alpha)
    sector = tested.select(pl.struct("scheme", "sector").rank("dense")).to_series().to_numpy()
    return (
        tested.with_columns(pl.Series("q_value", benjamini_hochberg_within(tested["p_value"], sector)))
        .filter(
            pl.col("location_quotient") > LEAST_QUOTIENT,
            pl.col("q_value") < alpha,
            pl.col("sector_firms") >= min_firms,
        )
        .select("scheme", "sector", district_code="group_id")
        .sort(pl.all())
    )


def share_compared(points: int, most: int) -> float:
    """Share of a sector's organisations that is compared, where it has so many points."""
    return min(1.0, most / points)


def compare_methods(sector: SectorPoints, rules: MethodRules) -> Compared:
    """The groups of a sector by each method, and how far they agree."""
    share = share_compared(sector.size, rules.most_points)
    labels: dict[str, list[Integers]] = {method: [] for method in METHODS}
    rows = []
    for number, side in enumerate(sector.sides):
        random = np.random.default_rng([rules.chance.seed, *sector.key, number])
        standing = np.ones(len(side.own), dtype=np.bool_)
        if share < 1:
            standing = draw_organisations(side.points.organisations, share, random)[side.points.organisation]
        rows.append(side.rows.filter(standing))
        of_all = _by_density(side, sector.points, rules.spatial)
        of_all |= {rules.spatial.algorithm: side.own, "districts": side.district}
        found = _by_scans(side, standing, rules, random) | {name: given[standing] for name, given in of_all.items()}
        for method in METHODS:
            labels[method].append(found[method])
    together = {method: _apart(of_sides) for method, of_sides in labels.items()}
    is_in = [pl.Series(method, found != NOISE) for method, found in together.items()]
    return Compared(pairs_of(together), pl.concat(rows).with_columns(is_in))


def _apart(of_sides: list[Integers]) -> Integers:
    """The labels of both grids, no two groups having one number."""
    found: list[Integers] = []
    first = 0
    for labels in of_sides:
        found.append(np.where(labels != NOISE, labels + first, NOISE))
        first += int(labels.max(initial=NOISE)) + 1
    return np.concatenate(found)


def _by_density(side: Side, sector_points: int, spatial: SpatialMethod) -> dict[str, Integers]:
    """The label of each point by HDBSCAN and by DBSCAN, but not by the profile's own of these."""
    points, found = side.points, {}
    if spatial.algorithm != "hdbscan":
        found["hdbscan"] = np.full(len(side.own), NOISE)
        if len(side.own) >= points_needed(sector_points, spatial):
            found["hdbscan"], _ = hdbscan(points.easting, points.northing, spatial, sector_points)
    if spatial.algorithm != "dbscan":
        radius_m, samples = spatial.dbscan_radius_m, spatial.dbscan_min_samples
        found["dbscan"] = dbscan_labels(points.easting, points.northing, radius_m, samples)
    return {method: of_enough_firms(labels, points, spatial.min_firms) for method, labels in found.items()}


def _by_scans(side: Side, standing: Bools, rules: MethodRules, random: np.random.Generator) -> dict[str, Integers]:
    """The label of each point that stands by circles and, where it is not the profile's own, by our scan."""
    spatial, points = rules.spatial, side.points.some(standing)
    cases = len(points.easting)
    if not cases:
        return dict.fromkeys(("scan", "circles"), np.empty(0, dtype=np.int64))
    ground = rules.grounds[side.grid]
    at = places_among(points.easting, points.northing, ground.background)
    against = Others(ground.background, at, rules.chance.controls).drawn(at, 1.0, random)
    circles = _circles(against, cases, ground.circles.critical_score(cases, spatial.scan_alpha), rules.chance.reach)
    found = {"circles": of_enough_firms(circles, points, spatial.min_firms)}
    if spatial.algorithm != "scan":
        penalty = ground.windows.critical_score(cases, spatial.scan_alpha)
        settings = ScanSettings(rules.chance.windows, ellipse_rules(spatial), spatial.join_m, penalty)
        found["scan"] = scan_groups(points, settings, against)
    return found


def _circles(against: Background, cases: int, critical: float, reach: Reach) -> Integers:
    """The circle of each of the cases, which are the first points of a draw of business."""
    at = against.places.place_of_point[:cases]
    scan, of_place = circles_of(against, at, reach)
    circle = np.full(len(of_place), NOISE)
    for number, found in enumerate(scan.clusters(of_place, critical)):
        circle[found.areas] = number
    return np.asarray(circle[at])
