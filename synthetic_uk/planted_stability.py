"""How stable a month's clusters are by how like a planted group they are, and how stable groups that chance gives are.

What belongs here: the stability of a month's clusters beside their match with what was planted, and that of groups in
sectors whose addresses are drawn from all business, or evenly. What does not: stability (`assets.methods.trust`),
planting, the page (`trust_recovery`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from assets.arrays import Floats, Integers
from assets.method import MethodProfile
from assets.methods.density.clustering import hdbscan_sizes
from assets.methods.density.places import NOISE as IN_NO_GROUP
from assets.methods.groups.sector_groups import background_of, ellipse_rules, window_rules
from assets.methods.scan.null import Null, NullFit
from assets.methods.scan.scan import Background
from assets.methods.trust.density import DensitySettings, density_groups
from assets.methods.trust.draws import Located
from assets.methods.trust.scan import ScanSettings, scan_groups
from assets.methods.trust.stability import (
    Subject,
    TrialRules,
    go_through,
    parts_of,
    summed_up,
    together,
    trial_rules,
)
from assets.warehouse.database import Warehouse
from assets.work import ALL_CORES, over
from synthetic_uk.recovery import MONTH, read_truth

NULL_CASES = (100, 200, 400, 800)
NULL_SEED = 20260402
EVEN_M = 100_000.0
"""Side of the square that points are spread over evenly, in metres."""

PUBLISHED = """
    select c.cluster_id, g.scheme, g.sector, m.organisation_id, s.postcode, t.mean_jaccard
    from trust.stability as t
    inner join typology.candidates as c
        on c.month = t.month and c.profile = t.profile and c.cluster_id = t.cluster_id and c.approach = 'spatial'
        and c.unpublished_reason is null
    inner join spatial.groups as g on g.month = c.month and g.profile = c.profile and g.group_id = c.group_id
    inner join spatial.group_members as m on m.month = c.month and m.profile = c.profile and m.group_id = c.group_id
    inner join organisations.sites as s on s.month = m.month and s.site_id = m.site_id
    where t.month = $month and t.profile = $profile
"""


def measure(sources: Path, warehouse: Warehouse, profile: str) -> pl.DataFrame:
    """A row a published cluster: `stability`, its mean Jaccard similarity over the draws, and `match`.

    `match` is the greatest Jaccard index of the cluster with a planted group, 0 where it has nothing of any.
    """
    truth = read_truth(sources, warehouse, MONTH).members.filter(pl.col("scheme") != "network")
    published = warehouse.read(PUBLISHED, month=MONTH.first_day, profile=profile)
    place = ["organisation_id", "postcode"]
    # A firm of any planted group is rightly part of one of the run over all that are active.
    planted = pl.concat(
        [truth.select("truth_id", "scheme", *place), truth.select("truth_id", pl.lit("rdi").alias("scheme"), *place)]
    ).unique()
    own = published.group_by("cluster_id", stability="mean_jaccard").len("points")
    best = (
        published.join(planted, on=["scheme", *place])
        .group_by("cluster_id", "truth_id", "scheme")
        .len("both")
        .join(planted.group_by("truth_id", "scheme").len("planted"), on=["truth_id", "scheme"])
        .join(own, on="cluster_id")
        .with_columns(match=pl.col("both") / (pl.col("points") + pl.col("planted") - pl.col("both")))
        .group_by("cluster_id")
        .agg(pl.col("match").max())
    )
    return (
        own.join(best, on="cluster_id", how="left")
        .select("cluster_id", "stability", pl.col("match").fill_null(0.0))
        .sort("cluster_id")
    )


def among_business(warehouse: Warehouse, profile: MethodProfile, sectors: int) -> list[float]:
    """Stability of the groups in sectors whose points are business sites of Great Britain drawn at random."""
    sites = warehouse.read(
        "select easting, northing from spatial.points where month = $month and scheme = 'all' and grid = 'gb' "
        "order by site_id",
        month=MONTH.first_day,
    ).with_columns(firm=pl.lit(IN_NO_GROUP))
    at = sites.select("easting", "northing").to_numpy()
    fits = warehouse.read(
        "select cases, draws, location, scale from spatial.scan_null where month = $month and grid = 'gb' order by all",
        month=MONTH.first_day,
    )
    null = Null(tuple(NullFit(**fit) for fit in fits.iter_rows(named=True)))
    background = background_of(sites, profile.spatial)

    def drawn(random: np.random.Generator, cases: int) -> Floats:
        return at[random.choice(len(at), min(cases, len(at) // 2), replace=False)]

    def found(number: int, points: Located) -> Subject:
        if profile.spatial.algorithm == "scan":
            return _scanned(number, points, profile, background, null)
        return _by_density(number, points, profile)

    return _by_chance(sectors, drawn, found, trial_rules(profile.trust, {"gb": background}))


def on_even_ground(profile: MethodProfile, sectors: int) -> list[float]:
    """Stability of the groups that HDBSCAN finds in sectors whose points are spread evenly."""

    def drawn(random: np.random.Generator, cases: int) -> Floats:
        return random.uniform(0.0, EVEN_M, (cases, 2)).round()

    def found(number: int, points: Located) -> Subject:
        return _by_density(number, points, profile)

    return _by_chance(sectors, drawn, found, trial_rules(profile.trust, {}))


def _by_chance(
    sectors: int,
    drawn: Callable[[np.random.Generator, int], Floats],
    found: Callable[[int, Located], Subject],
    rules: TrialRules,
) -> list[float]:
    """Stability of the groups found in so many sectors, of NULL_CASES points in turn, each a firm of its own."""
    subjects = []
    for number in range(sectors):
        at = drawn(np.random.default_rng([NULL_SEED, number]), NULL_CASES[number % len(NULL_CASES)])
        points = Located(at[:, 0].copy(), at[:, 1].copy(), np.arange(len(at)), np.ones(len(at), dtype=np.bool_))
        subject = found(number, points)
        if subject.groups:
            subjects.append(subject)
    parts = [(number, part) for number, subject in enumerate(subjects) for part in parts_of(subject, rules)]
    counted = over([part for _, part in parts], go_through, ALL_CORES, rules)
    stabilities = []
    for number in range(len(subjects)):
        own = [one for (which, _), one in zip(parts, counted, strict=True) if which == number]
        stabilities += summed_up(together(own).jaccard).mean.tolist()
    return sorted(stabilities)


def _scanned(number: int, points: Located, profile: MethodProfile, background: Background, null: Null) -> Subject:
    method = profile.spatial
    penalty = null.critical_score(len(points.easting), method.scan_alpha)
    settings = ScanSettings(window_rules(method), ellipse_rules(method), method.join_m, penalty)
    return _subject(number, points, settings, scan_groups(points, settings, background))


def _by_density(number: int, points: Located, profile: MethodProfile) -> Subject:
    sizes = hdbscan_sizes(points.easting, points.northing, profile.spatial)
    settings = DensitySettings(
        "hdbscan", profile.spatial.min_firms, sizes.min_cluster_size, sizes.min_samples, sizes.epsilon_m
    )
    return _subject(number, points, settings, density_groups(points, settings))


def _subject(number: int, points: Located, settings: DensitySettings | ScanSettings, group: Integers) -> Subject:
    """A sector with its groups; those of too few firms left gaps in the numbers."""
    kept = np.unique(group[group != IN_NO_GROUP])
    numbered = np.where(group == IN_NO_GROUP, IN_NO_GROUP, np.searchsorted(kept, group))
    return Subject((number,), "gb", points, numbered, len(kept), settings)
