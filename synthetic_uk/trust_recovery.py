"""How stable what was planted is, and what passes by chance: the measure behind `docs/trust.md`.

What belongs here: the stability of a month's clusters by whether they were planted, and that of groups in sectors whose
addresses are drawn from all business. What does not: stability (`assets.methods.trust`), planting.

    python -m synthetic_uk.trust_recovery --scale 0.02 --seeds 21 22 --out docs/trust.md
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
import polars as pl

from assets.manners import begin, file_to_write, share_given, whole_given
from assets.method import MethodProfile, TrustMethod, find_profiles
from assets.methods.density.clustering import hdbscan_sizes
from assets.methods.density.places import NOISE as IN_NO_GROUP
from assets.methods.groups.sector_groups import background_of, ellipse_rules, window_rules
from assets.methods.scan.null import Null, NullFit
from assets.methods.scan.scan import Background
from assets.methods.trust.density import DensitySettings, density_groups
from assets.methods.trust.draws import Located
from assets.methods.trust.scan import ScanSettings, scan_groups
from assets.methods.trust.stability import Subject, go_through, parts_of, summed_up, together, trial_rules
from assets.warehouse.database import Warehouse
from assets.work import ALL_CORES, over
from pipelines.profiles import PROFILES_FOLDER
from pipelines.runs import run_month
from pipelines.settings import Settings
from synthetic_uk import synthesise
from synthetic_uk.recovery import FOUND_JACCARD, MONTH, read_truth

PROFILES = ("evidence", "dsit-v1")
LAYERS = "sources reference organisations spatial network typology trust"
NULL_SECTORS = 400
"""Sectors without a cluster, of which about one in twenty has a group that passes the scan."""
NULL_CASES = (100, 200, 400, 800)
NULL_SEED = 20260402
STABLE, DISSOLVED = TrustMethod().stability_robust, TrustMethod().stability_fragile

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


@dataclass(frozen=True)
class Stabilities:
    """Mean Jaccard similarities over the draws, a group each."""

    planted: list[float]
    """Of published clusters that are a planted group, at Jaccard 0.5 or more."""
    other: list[float]
    """Of the other published clusters."""


def measure(sources: Path, warehouse: Warehouse, profile: str) -> Stabilities:
    """The stability of a month's clusters by whether they were planted."""
    truth = read_truth(sources, warehouse, MONTH).members.filter(pl.col("scheme") != "network")
    published = warehouse.read(PUBLISHED, month=MONTH.first_day, profile=profile)
    place = ["organisation_id", "postcode"]
    # A firm of any planted group is rightly part of one of the run over all that are active.
    planted = pl.concat(
        [
            truth.select("truth_id", "scheme", "sector", *place),
            truth.select("truth_id", pl.lit("rdi").alias("scheme"), pl.lit(None, pl.String).alias("sector"), *place),
        ]
    ).unique()
    sizes = planted.group_by("truth_id", "scheme").len("planted")
    own = published.group_by("cluster_id", "mean_jaccard").len("points")
    both = (
        published.join(planted.drop("sector"), on=["scheme", *place])
        .group_by("cluster_id", "truth_id", "scheme")
        .len("both")
        .join(sizes, on=["truth_id", "scheme"])
        .join(own, on="cluster_id")
        .with_columns(jaccard=pl.col("both") / (pl.col("points") + pl.col("planted") - pl.col("both")))
        .filter(pl.col("jaccard") >= FOUND_JACCARD)
    )
    is_planted = pl.col("cluster_id").is_in(both["cluster_id"].unique().to_list())
    return Stabilities(
        own.filter(is_planted)["mean_jaccard"].sort().to_list(),
        own.filter(~is_planted)["mean_jaccard"].sort().to_list(),
    )


def by_chance(warehouse: Warehouse, profile: MethodProfile, sectors: int) -> list[float]:
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
    rules = trial_rules(profile.trust, {"gb": background})
    subjects = []
    for number in range(sectors):
        random = np.random.default_rng([NULL_SEED, number])
        drawn = at[random.choice(len(at), min(NULL_CASES[number % len(NULL_CASES)], len(at) // 2), replace=False)]
        points = Located(
            drawn[:, 0].copy(), drawn[:, 1].copy(), np.arange(len(drawn)), np.ones(len(drawn), dtype=np.bool_)
        )
        subject = _subject(number, points, profile, background, null)
        if subject.groups:
            subjects.append(subject)
    parts = [(number, part) for number, subject in enumerate(subjects) for part in parts_of(subject, rules)]
    counted = over([part for _, part in parts], go_through, ALL_CORES, rules)
    found = []
    for number in range(len(subjects)):
        own = [one for (which, _), one in zip(parts, counted, strict=True) if which == number]
        found += summed_up(together(own).jaccard).mean.tolist()
    return sorted(found)


def _subject(number: int, points: Located, profile: MethodProfile, background: Background, null: Null) -> Subject:
    """A sector with the groups that the profile's method finds in it."""
    method = profile.spatial
    settings: DensitySettings | ScanSettings
    if method.algorithm == "scan":
        penalty = null.critical_score(len(points.easting), method.scan_alpha)
        settings = ScanSettings(window_rules(method), ellipse_rules(method), method.join_m, penalty)
        group = scan_groups(points, settings, background)
    else:
        sizes = hdbscan_sizes(points.easting, points.northing, method)
        settings = DensitySettings(
            "hdbscan", method.min_firms, sizes.min_cluster_size, sizes.min_samples, sizes.epsilon_m
        )
        group = density_groups(points, settings)
    # Groups of too few firms leave gaps in the numbers.
    kept = np.unique(group[group != IN_NO_GROUP])
    numbered = np.where(group == IN_NO_GROUP, IN_NO_GROUP, np.searchsorted(kept, group))
    return Subject((number,), "gb", points, numbered, len(kept), settings)


@dataclass(frozen=True)
class Country:
    """What was measured in one synthetic country, by profile."""

    seed: int
    published: dict[str, Stabilities]
    chance: dict[str, list[float]]


def measure_country(folder: Path, warehouse: Warehouse, seed: int, sectors: int) -> Country:
    """Both measures of a country whose month is made up to trust."""
    profiles = find_profiles(PROFILES, PROFILES_FOLDER)
    return Country(
        seed,
        {profile.name: measure(folder, warehouse, profile.name) for profile in profiles},
        {profile.name: by_chance(warehouse, profile, sectors) for profile in profiles},
    )


def make_country(scale: float, seed: int, folder: Path, sectors: int) -> Country:
    """Make one country and one month of it up to trust, and measure it."""
    sources, file = folder / "sources", folder / "warehouse.duckdb"
    synthesise(sources, [MONTH], scale, seed)
    outcome = run_month(Settings(sources=str(sources), warehouse=str(file), profiles=PROFILES), MONTH, LAYERS)
    if not outcome.succeeded:
        raise RuntimeError("; ".join(outcome.problems))
    return measure_country(sources, Warehouse(file), seed, sectors)


def report(countries: Sequence[Country], scale: float, sectors: int) -> str:
    """The page; without sectors by chance it tells of published clusters alone."""
    rows = []
    for profile in PROFILES:
        for name, groups in (
            ("published, planted", [one for country in countries for one in country.published[profile].planted]),
            ("published, not planted", [one for country in countries for one in country.published[profile].other]),
            ("by chance", [one for country in countries for one in country.chance[profile]]),
        ):
            if groups:
                rows.append(f"| `{profile}` | {name} | {len(groups)} | {_figures(groups)} |")
    return PAGE.format(
        scale=round(1 / scale),
        month=MONTH,
        seeds=", ".join(str(country.seed) for country in countries),
        chance=CHANCE.format(sectors=sectors, cases=", ".join(map(str, NULL_CASES))) if sectors else "",
        and_chance=", and of groups that are chance" if sectors else "",
        stable=STABLE,
        dissolved=DISSOLVED,
        rows="\n".join(rows),
    )


def _figures(groups: list[float]) -> str:
    values = np.array(groups)
    return (
        f"{np.median(values):.2f} | {values.mean():.2f} "
        f"| {np.mean(values >= STABLE):.0%} | {np.mean(values < DISSOLVED):.0%}"
    )


CHANCE = """ *By chance*: groups that a
profile's method finds in {sectors} sectors of each country whose points are business sites of Great Britain drawn at
random, {cases} of them in turn: in these there is nothing but where business is. The scan, which asks for more than
that, finds a group in about one in twenty of them, as its level says. HDBSCAN finds the towns, and these are as stable
as towns are: its clusters' stability says that a place is dense, not that it is dense beyond business at large."""
PAGE = """\
# How stable clusters are

<!-- written by `make recovery` -->
Each cluster is looked for in bootstrap draws of its sector's organisations
([method](method.md#6-how-sure-a-cluster-is)). Here is what that says of clusters that were planted in a synthetic
country{and_chance}.

*Planted*: published clusters that a planted group has a Jaccard index of 0.5 or more with.{chance}

A synthetic United Kingdom at 1:{scale}, month {month}, seeds {seeds}.

| profile | groups | number | median stability | mean | at least {stable} | below {dissolved} |
|---|---|---|---|---|---|---|
{rows}
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=share_given, default=0.02)
    parser.add_argument("--seeds", type=whole_given, nargs="+", default=[21, 22, 23])
    parser.add_argument("--sectors", type=whole_given, default=NULL_SECTORS)
    parser.add_argument("--out", type=file_to_write, required=True)
    given = parser.parse_args()
    countries: list[Country] = []
    for seed in given.seeds:
        started, folder = monotonic(), Path(tempfile.mkdtemp(prefix=f"trust-{seed}-"))
        countries.append(make_country(given.scale, seed, folder, given.sectors))
        shutil.rmtree(folder)
        print(f"seed {seed}: {monotonic() - started:.0f} s", flush=True)
        given.out.write_text(report(countries, given.scale, given.sectors), encoding="utf-8")


if __name__ == "__main__":
    begin(main)
