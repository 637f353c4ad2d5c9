"""Other settings of the method, one changed at a time, and how like each group is to what they find.

What belongs here: which settings, and the groups by each of them. What does not: draws (`stability`).

A sector of more points than `max_points` is swept on a part of its organisations, with sizes in their share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assets.arrays import Floats
from assets.methods.density.core_distances import core_distances_m
from assets.methods.density.places import NOISE, distinct_places
from assets.methods.trust.density import DensitySettings
from assets.methods.trust.draws import BOOTSTRAP_SHARE, Located, draw_organisations
from assets.methods.trust.matching import best_matches
from assets.methods.trust.scan import ScanSettings
from assets.methods.trust.stability import Subject, TrialRules


@dataclass(frozen=True)
class SweepRules:
    """Which settings are tried."""

    factors: Sequence[float]
    """What a number or a distance is multiplied by, 1 being the run itself."""
    epsilon_m: tuple[float, float]
    """Bounds of the median distance to the min_samples-th neighbour."""
    max_points: int
    least_controls: int
    """Of the scan: sites of business at large at the least."""


@dataclass(frozen=True)
class Setting:
    """The method's settings with one of them changed."""

    parameter: str
    """By the name that the profile or the run has for it."""
    value: str
    settings: DensitySettings | ScanSettings


def other_settings(
    points: Located, share: float, settings: DensitySettings | ScanSettings, rules: SweepRules
) -> list[Setting]:
    """The settings tried for a sector, of which a share of the points is given; the run's own are left out."""
    if isinstance(settings, ScanSettings):
        tried = _of_scan(settings, rules)
    elif settings.algorithm == "dbscan":
        tried = _of_dbscan(settings, rules)
    else:
        tried = _of_hdbscan(_median_neighbour_m(points, settings.in_share(share), rules), settings, rules)
    return [one for one in tried if one.settings != settings]


def _of_hdbscan(median_m: float, settings: DensitySettings, rules: SweepRules) -> list[Setting]:
    found = []
    for factor in rules.factors:
        size, samples = (max(2, round(number * factor)) for number in (settings.min_cluster_size, settings.min_samples))
        found.append(Setting("min_cluster_size", str(size), replace(settings, min_cluster_size=size)))
        found.append(Setting("min_samples", str(samples), replace(settings, min_samples=samples)))
    changed = (replace(settings, epsilon_m=epsilon_m) for epsilon_m in (0.0, median_m))
    return [*found, *(Setting("epsilon_m", f"{one.epsilon_m:.0f}", one) for one in changed)]


def _median_neighbour_m(points: Located, settings: DensitySettings, rules: SweepRules) -> float:
    """Epsilon by the rule `median_neighbour` of the profile."""
    places = distinct_places(points.easting, points.northing)
    median = float(np.median(core_distances_m(places, settings.min_samples)[places.place_of_point]))
    return min(max(median, rules.epsilon_m[0]), rules.epsilon_m[1])


def _of_dbscan(settings: DensitySettings, rules: SweepRules) -> list[Setting]:
    found = []
    for factor in rules.factors:
        radius, samples = settings.epsilon_m * factor, max(2, round(settings.min_samples * factor))
        found.append(Setting("dbscan_radius_m", f"{radius:.0f}", replace(settings, epsilon_m=radius)))
        found.append(Setting("dbscan_min_samples", str(samples), replace(settings, min_samples=samples)))
    return found


def _of_scan(settings: ScanSettings, rules: SweepRules) -> list[Setting]:
    found = []
    windows = settings.windows
    for factor in rules.factors:
        samples, link = max(2, round(windows.min_samples * factor)), windows.max_link_m * factor
        # A density is over 1 or it is none: what is doubled or halved is how much it is over.
        density = 1 + (windows.min_relative_density - 1) * factor
        for parameter, value, changed in (
            ("scan_min_samples", str(samples), replace(windows, min_samples=samples)),
            ("max_link_m", f"{link:.0f}", replace(windows, max_link_m=link)),
            ("min_relative_density", f"{density:g}", replace(windows, min_relative_density=density)),
        ):
            found.append(Setting(parameter, value, replace(settings, windows=changed)))
        joined = settings.join_m * factor
        found.append(Setting("join_m", f"{joined:.0f}", replace(settings, join_m=joined)))
    return found


@dataclass(frozen=True)
class Swept:
    """What came of a sector's other settings."""

    settings: list[Setting]
    jaccard: Floats
    """Shape (settings, groups)."""


def sweep(subject: Subject, rules: TrialRules, sweeping: SweepRules) -> Swept:
    """How like each group is to what other settings find."""
    points = subject.points
    rules = replace(rules, controls=replace(rules.controls, least=sweeping.least_controls))
    random = np.random.default_rng([rules.draws.seed, *subject.key])
    standing = np.ones(len(subject.group), dtype=np.bool_)
    share = sweeping.max_points / len(subject.group)
    if share < BOOTSTRAP_SHARE:
        standing = draw_organisations(points.organisations, share, random)[points.organisation]
    settings = other_settings(points.some(standing), float(standing.mean()), subject.settings, sweeping)
    wanted = np.where(standing, subject.group, NOISE)
    jaccard = np.empty((len(settings), subject.groups))
    for row, setting in enumerate(settings):
        found = np.full(len(standing), NOISE)
        found[standing] = rules.finder(subject, setting.settings)(standing, random)
        jaccard[row] = best_matches(wanted, found, subject.groups).jaccard
    return Swept(settings, jaccard)
