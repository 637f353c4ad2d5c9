"""How much of what was planted is found: the measure behind `docs/recovery.md`.

What belongs here: comparing a month's groups, communities and types with the truth beside the drops, and its groups
with those of a circular scan. What does not: planting them, the circular scan (`comparator`), or any rule of the
method.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from assets.method import find_profiles
from assets.methods.density.places import NOISE as IN_NO_GROUP
from assets.methods.groups.sector_groups import window_rules
from assets.months import Month
from assets.warehouse.database import Warehouse
from pipelines.profiles import PROFILES_FOLDER
from pipelines.runs import run_month
from pipelines.settings import Settings
from synthetic_uk import synthesise
from synthetic_uk.comparator import CriticalScores, Population
from synthetic_uk.own_windows import OwnWindows

MONTH = Month(2025, 5)
PROFILES = ("evidence", "dsit-v1", "dsit-v2")
LAYERS = "sources reference organisations spatial network typology"
"""What the measure needs of a month."""
FOUND_JACCARD = 0.5
NOISE = "noise"
CIRCULAR_SIZES = 5
"""Numbers of cases at which the circular scan's critical score is drawn."""

POINTS = """
    select p.scheme, p.sector, p.grid, p.organisation_id, p.site_id, p.easting, p.northing, s.postcode
    from spatial.points as p
    inner join organisations.sites as s on s.month = p.month and s.site_id = p.site_id
    where p.month = $month
"""
KNOWN = """
    select crn, entref, organisation_id from organisations.organisations where month = $month
"""


@dataclass(frozen=True)
class Recovery:
    """What a profile made of one synthetic country. Counts, and indices between -1 and 1."""

    ari: float
    """Adjusted Rand index over all points of all runs: planted members by group, all else noise."""
    ari_sectors: float
    """The same without the run of all RD&I-active organisations."""
    planted: int
    """Spatial groups planted."""
    detectable: int
    """Those whose own score is above the scan's critical value."""
    detectable_found: int
    """Of these, with a group at Jaccard 0.5 or more."""
    types_right: int
    """Of these, published with the type that was planted."""
    groups: int
    """Groups found."""
    communities_planted: int
    communities_found: int
    """With a community at Jaccard 0.5 or more."""
    communities_beside: int
    """Communities found of which no planted group holds half."""
    clusters: int
    """Clusters published."""


@dataclass(frozen=True)
class Groups:
    """The spatial part alone, for a scan that makes no more than groups."""

    ari: float
    ari_sectors: float
    detectable_found: int
    groups: int


@dataclass(frozen=True)
class Truth:
    """What was planted in a month, with organisations as the warehouse knows them."""

    groups: pl.DataFrame
    members: pl.DataFrame
    """truth_id, scheme, sector, organisation_id, postcode."""


def read_truth(folder: Path, warehouse: Warehouse, month: Month) -> Truth:
    """The truth of a month from the folder of its drops."""
    groups = pl.read_csv(folder / "truth" / str(month) / "clusters.csv")
    members = pl.read_csv(folder / "truth" / str(month) / "members.csv", infer_schema=False)
    known = warehouse.read(KNOWN, month=month.first_day)
    by_crn = known.filter(pl.col("crn").is_not_null()).select(company_number="crn", by_crn="organisation_id")
    by_entref = known.filter(pl.col("entref").is_not_null()).select(entref="entref", by_entref="organisation_id")
    named = (
        members.join(by_crn, on="company_number", how="left")
        .join(by_entref.unique("entref", keep="first", maintain_order=True), on="entref", how="left")
        .with_columns(organisation_id=pl.coalesce("by_crn", "by_entref"))
        .join(groups.select("truth_id", "scheme", "sector"), on="truth_id")
    )
    return Truth(groups, named.select("truth_id", "scheme", "sector", "organisation_id", "postcode"))


def measure(truth: Truth, warehouse: Warehouse, month: Month, profile: str) -> Recovery:
    """Compare one profile's month with the truth."""
    points = _labelled_points(truth, warehouse, month, profile)
    detectable = _detectable(truth, points, warehouse, month)
    found = _found(points, detectable)
    published = warehouse.read(
        "select group_id, cluster_type as found_type from typology.candidates "
        "where month = $month and profile = $profile and cluster_id is not null",
        month=month.first_day,
        profile=profile,
    )
    # A group that went into a cluster with a community carries the type of that cluster, not its own.
    right = found.join(published, on="group_id").filter(pl.col("found_type") == pl.col("cluster_type"))
    planted, communities, beside = _communities(truth, warehouse, month, profile)
    clusters = warehouse.read(
        "select count(*) as clusters from typology.innovation_clusters where month = $month and profile = $profile",
        month=month.first_day,
        profile=profile,
    )
    return Recovery(
        ari=_ari(points),
        ari_sectors=_ari(_of_sectors(points)),
        planted=truth.groups.filter(pl.col("scheme") != "network").height,
        detectable=detectable.height,
        detectable_found=found.height,
        types_right=right.height,
        groups=points["group_id"].n_unique() - 1,
        communities_planted=planted,
        communities_found=communities,
        communities_beside=beside,
        clusters=clusters.item(),
    )


def _detectable(truth: Truth, points: pl.DataFrame, warehouse: Warehouse, month: Month) -> pl.DataFrame:
    """The planted groups that are detectable."""
    return truth.groups.filter(pl.col("scheme") != "network").join(
        detectable_groups(points, warehouse, month), on="truth_id", how="semi"
    )


def _found(points: pl.DataFrame, planted: pl.DataFrame) -> pl.DataFrame:
    """Of planted groups those that a group of their run is like, with its `group_id`."""
    alike = _best_overlap(points).filter(pl.col("jaccard") >= FOUND_JACCARD)
    return planted.join(alike, on=["truth_id", "scheme"])


def _of_sectors(points: pl.DataFrame) -> pl.DataFrame:
    return points.filter(pl.col("scheme") != "rdi")


def critical_scores(warehouse: Warehouse, month: Month, seed: int) -> CriticalScores:
    """The circular scan's, from Great Britain's sites, at CIRCULAR_SIZES sizes from its smallest run to its largest."""
    runs = warehouse.read(
        "select min(points) as least, max(points) as most from spatial.runs "
        "where month = $month and profile = 'evidence' and grid = 'gb' and critical_score is not null",
        month=month.first_day,
    )
    sites = warehouse.read(POINTS, month=month.first_day).filter(pl.col("scheme") == "all", pl.col("grid") == "gb")
    sizes = np.geomspace(runs["least"].item(), runs["most"].item(), CIRCULAR_SIZES).round().astype(int)
    return Population(_coordinates_m(sites)).critical_scores(sizes.tolist(), seed, "country")


def measure_circular(truth: Truth, warehouse: Warehouse, month: Month, critical: CriticalScores) -> Groups:
    """What a circular scan finds among the points that profile `evidence` is run on, run by run."""
    points = _labelled_points(truth, warehouse, month, "evidence")
    detectable = _detectable(truth, points, warehouse, month)
    sites = warehouse.read(POINTS, month=month.first_day).filter(pl.col("scheme") == "all")
    place = ["easting", "northing"]
    labelled = []
    for (grid,), of_grid in sites.group_by("grid", maintain_order=True):
        at = of_grid.select(place).with_row_index("site").unique(place, keep="first", maintain_order=True)
        population = Population(_coordinates_m(of_grid))
        in_grid = points.filter(pl.col("grid") == grid)
        for (scheme, sector), run in in_grid.group_by("scheme", "sector", maintain_order=True):
            cases = run.join(at, on=place, how="left", maintain_order="left")["site"].to_numpy().astype(np.int64)
            labels = pl.Series("label", population.labels(cases, critical)).cast(pl.String)
            named = pl.concat_str(pl.lit(f"{scheme}/{sector}/{grid}/"), labels)
            is_noise = labels == str(IN_NO_GROUP)
            labelled.append(run.with_columns(group_id=pl.when(is_noise).then(pl.lit(NOISE)).otherwise(named)))
    found = pl.concat(labelled)
    return Groups(
        _ari(found),
        _ari(_of_sectors(found)),
        _found(found, detectable).height,
        found["group_id"].n_unique() - 1,
    )


def detectable_groups(points: pl.DataFrame, warehouse: Warehouse, month: Month) -> pl.DataFrame:
    """`truth_id` of the planted groups whose own score exceeds the critical value of the scan of their sector.

    `points` are those of every run with their `truth_id`.
    """
    critical = warehouse.read(
        "select scheme, sector, grid, critical_score from spatial.runs "
        "where month = $month and profile = 'evidence' and critical_score is not null",
        month=month.first_day,
    )
    sites = warehouse.read(POINTS, month=month.first_day).filter(pl.col("scheme") == "all")
    background = {str(grid[0]): _coordinates_m(of_grid) for grid, of_grid in sites.group_by("grid")}
    rules = window_rules(find_profiles(["evidence"], PROFILES_FOLDER)[0].spatial)
    above = []
    for scheme, sector, grid, threshold in critical.iter_rows():
        of_run = points.filter((pl.col("scheme") == scheme) & (pl.col("sector") == sector) & (pl.col("grid") == grid))
        planted = of_run.filter((pl.col("truth_id") != NOISE) & (pl.col("truth_scheme") == scheme))
        if planted.is_empty():
            continue
        own = OwnWindows(_coordinates_m(of_run), background[grid], rules)
        for truth_id, members in planted.group_by("truth_id"):
            if own.score(_coordinates_m(members)) > threshold:
                above.append(truth_id[0])
    return pl.DataFrame({"truth_id": sorted(set(above))}, schema={"truth_id": pl.String})


def _coordinates_m(points: pl.DataFrame) -> NDArray[np.float64]:
    return points.select("easting", "northing").to_numpy()


def _labelled_points(truth: Truth, warehouse: Warehouse, month: Month, profile: str) -> pl.DataFrame:
    """Every point of every run with the planted group it is a member of and the group it was found in."""
    points = warehouse.read(POINTS, month=month.first_day).filter(pl.col("scheme") != "all")
    groups = warehouse.read(
        "select m.group_id, g.scheme, g.sector, m.organisation_id, m.site_id from spatial.group_members as m "
        "inner join spatial.groups as g using (month, profile, group_id) where month = $month and profile = $profile",
        month=month.first_day,
        profile=profile,
    )
    spatial = truth.members.filter(pl.col("scheme") != "network")
    of_sector = spatial.filter(pl.col("scheme") != "rdi")
    of_any = spatial.select("organisation_id", "postcode", any_truth="truth_id", any_scheme="scheme").unique(
        ["organisation_id", "postcode"], keep="first", maintain_order=True
    )
    place = ["organisation_id", "postcode"]
    labelled = (
        points.join(
            of_sector.unique(["scheme", "sector", *place], keep="first", maintain_order=True),
            on=["scheme", "sector", *place],
            how="left",
        )
        .join(of_any, on=place, how="left")
        .join(groups, on=["scheme", "sector", "organisation_id", "site_id"], how="left")
    )
    # A firm of a planted sector group that is RD&I-active is rightly part of a group of the all-sector run too.
    in_truth = pl.when(pl.col("scheme") == "rdi").then("any_truth").otherwise("truth_id")
    return labelled.with_columns(
        truth_id=in_truth.fill_null(NOISE),
        truth_scheme=pl.when(pl.col("scheme") == "rdi").then("any_scheme").otherwise("scheme"),
        group_id=pl.col("group_id").fill_null(NOISE),
    )


def _ari(points: pl.DataFrame) -> float:
    runs = points.select(
        truth=pl.when(pl.col("truth_id") == NOISE).then(pl.lit(NOISE)).otherwise(pl.concat_str("scheme", "truth_id")),
        found="group_id",
    )
    codes = runs.with_columns(pl.all().rank("dense"))
    return float(adjusted_rand_score(codes["truth"].to_numpy(), codes["found"].to_numpy()))


def _best_overlap(points: pl.DataFrame) -> pl.DataFrame:
    """For every planted group the found group of its own run that it shares the largest Jaccard index with."""
    own_run = points.filter((pl.col("truth_id") != NOISE) | (pl.col("group_id") != NOISE))
    shared = own_run.filter((pl.col("truth_id") != NOISE) & (pl.col("group_id") != NOISE))
    runs = ["scheme", "truth_id"]
    overlap = (
        shared.group_by(*runs, "group_id")
        .agg(shared=pl.len())
        .join(own_run.group_by(runs).agg(planted=pl.len()), on=runs)
        .join(own_run.group_by("group_id").agg(found=pl.len()), on="group_id")
        .with_columns(jaccard=pl.col("shared") / (pl.col("planted") + pl.col("found") - pl.col("shared")))
    )
    return overlap.sort("jaccard", "group_id", descending=[True, False]).unique(runs, keep="first", maintain_order=True)


def _communities(truth: Truth, warehouse: Warehouse, month: Month, profile: str) -> tuple[int, int, int]:
    """Communities planted, of these found, and found ones of which no planted group holds half."""
    found = warehouse.read(
        "select group_id, organisation_id from network.group_members where month = $month and profile = $profile",
        month=month.first_day,
        profile=profile,
    )
    members = truth.members.unique(["truth_id", "organisation_id"])
    sizes = found.group_by("group_id").agg(found=pl.len())
    overlap = (
        found.join(members, on="organisation_id")
        .group_by("truth_id", "scheme", "group_id")
        .agg(shared=pl.len())
        .join(members.group_by("truth_id").agg(planted=pl.len()), on="truth_id")
        .join(sizes, on="group_id")
        .with_columns(jaccard=pl.col("shared") / (pl.col("planted") + pl.col("found") - pl.col("shared")))
    )
    planted = members.filter(pl.col("scheme") == "network")["truth_id"].n_unique()
    matched = overlap.filter((pl.col("scheme") == "network") & (pl.col("jaccard") >= FOUND_JACCARD))
    explained = overlap.filter(2 * pl.col("shared") >= pl.col("found"))["group_id"].n_unique()
    return planted, matched["truth_id"].n_unique(), sizes.height - explained


@dataclass(frozen=True)
class Country:
    """What was found in one synthetic country."""

    seed: int
    by_profile: dict[str, Recovery]
    circular: Groups
    critical: CriticalScores
    """Of the circular scan."""


def recover(scale: float, seed: int, folder: Path, critical: CriticalScores | None = None) -> Country:
    """Make one country and one month of it with every profile, and compare.

    `critical` are the circular scan's critical scores of a country alike; without them its own are drawn, which takes
    as long as all else.
    """
    sources, file = folder / "sources", folder / "warehouse.duckdb"
    synthesise(sources, [MONTH], scale, seed)
    outcome = run_month(Settings(sources=str(sources), warehouse=str(file), profiles=PROFILES), MONTH, LAYERS)
    if not outcome.succeeded:
        raise RuntimeError("; ".join(outcome.problems))
    warehouse = Warehouse(file)
    truth = read_truth(sources, warehouse, MONTH)
    by_profile = {profile: measure(truth, warehouse, MONTH, profile) for profile in PROFILES}
    known = critical or critical_scores(warehouse, MONTH, seed)
    return Country(seed, by_profile, measure_circular(truth, warehouse, MONTH, known), known)
