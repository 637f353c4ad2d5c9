"""The groups of one sector in one grid: the algorithm the profile chooses, and what stands on each group.

What belongs here: from a sector's points to its groups of enough distinct firms, numbered. What does not: the
algorithms themselves (`density`, `scan`), anything that takes more than one sector. A sector needs no other sector,
so sectors may be mapped over in any order or place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.arrays import Integers
from assets.method import SpatialMethod
from assets.methods.density.clustering import dbscan_labels, hdbscan, min_cluster_size, min_samples
from assets.methods.density.places import NOISE
from assets.methods.scan.addresses import AddressRules
from assets.methods.scan.ellipses import EllipseRules
from assets.methods.scan.null import Null, NullSettings
from assets.methods.scan.relative_distances import StretchRules
from assets.methods.scan.scan import Background, WindowRules, make_background, score_windows, select_windows
from assets.methods.scan.settling import settle
from assets.methods.statistics.significance import benjamini_hochberg


@dataclass(frozen=True)
class Sector:
    """Which points a run is over."""

    scheme: str
    sector: str
    grid: str

    def group_id(self, number: int) -> str:
        """Identifier of its group of that number, counted from 1."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.sector.lower()).strip("-")
        return f"spatial-{self.scheme}-{slug}-{self.grid}-{number}"


@dataclass(frozen=True)
class Found:
    """The groups of one sector. The frames have the columns of the tables of the same name."""

    runs: pl.DataFrame
    groups: pl.DataFrame
    group_members: pl.DataFrame


@dataclass(frozen=True)
class Contrast:
    """What the scan compares sectors of one grid with."""

    background: Background
    null: Null
    background_fingerprint: str


RUN_COLUMNS = {
    "scheme": pl.String,
    "sector": pl.String,
    "grid": pl.String,
    "algorithm": pl.String,
    "points": pl.Int64,
    "min_cluster_size": pl.Int64,
    "min_samples": pl.Int64,
    "epsilon_m": pl.Float64,
    "groups": pl.Int64,
    "noise_points": pl.Int64,
    "critical_score": pl.Float64,
    "skipped_reason": pl.String,
    "points_fingerprint": pl.String,
    "groups_found": pl.Int64,
}
GROUP_COLUMNS = {
    "group_id": pl.String,
    "scheme": pl.String,
    "sector": pl.String,
    "grid": pl.String,
    "points": pl.Int64,
    "firms": pl.Int64,
    "places": pl.Int64,
    "address_share": pl.Float64,
    "scan_score": pl.Float64,
    "relative_density": pl.Float64,
    "scan_p_value": pl.Float64,
    "linking_distance_m": pl.Float64,
}
MEMBER_COLUMNS = {"group_id": pl.String, "organisation_id": pl.String, "site_id": pl.String}


def window_rules(method: SpatialMethod) -> WindowRules:
    """The profile's rules for windows of the scan."""
    addresses = AddressRules(method.min_places, method.max_address_share, method.address_cap)
    return WindowRules(
        method.scan_min_samples, method.min_firms, method.max_link_m, method.min_relative_density, addresses
    )


def ellipse_rules(method: SpatialMethod) -> EllipseRules:
    """The profile's rules for the ellipses that groups settle in."""
    return EllipseRules(
        method.ellipse_max_ratio, method.ellipse_cost, method.ellipse_reach_factor, method.ellipse_reach_m
    )


def null_settings(method: SpatialMethod) -> NullSettings:
    """The profile's null data."""
    return NullSettings(
        method.scan_null_draws,
        method.scan_null_sizes,
        method.scan_seed,
        method.scan_null_min_draws,
        method.scan_null_cases,
        method.scan_null_sites,
    )


def points_needed(points: int, method: SpatialMethod) -> int:
    """Points below which a sector of so many is not run: min_points_factor times min_cluster_size [ours]."""
    return method.min_points_factor * min_cluster_size(points, method)


def points_of_sector(in_grid: int, in_both: int, method: SpatialMethod) -> int:
    """The points by which the least size of a cluster goes, of a sector with so many in one grid and in both.

    HDBSCAN's goes by those in both: a cluster of the sector is as large in Northern Ireland as in Great Britain [ours].
    The scan knows no such size; it needs enough points in the grid that it compares.
    """
    return in_both if method.algorithm == "hdbscan" else in_grid


def firm_numbers(points: pl.DataFrame) -> Integers:
    """A number for each firm of the points, -1 where the organisation is no firm; columns organisation_id, is_firm."""
    numbers = points["organisation_id"].rank("dense").to_numpy().astype(np.int64) - 1
    return np.where(points["is_firm"].to_numpy(), numbers, -1)


def stretch_rules(method: SpatialMethod) -> StretchRules:
    """The profile's rules for the stretch of distances."""
    return StretchRules(method.background_power, method.background_neighbours, method.background_least_m)


def background_of(sites: pl.DataFrame, method: SpatialMethod, threads: int | None = None) -> Background:
    """The background from points of scheme `all` in one grid: easting, northing, firm as numbered by `firm_numbers`."""
    return make_background(
        sites["easting"].to_numpy(),
        sites["northing"].to_numpy(),
        sites["firm"].to_numpy(),
        stretch_rules(method),
        threads,
    )


def in_site_order(points: pl.DataFrame) -> pl.DataFrame:
    """The points in the order of site_id, in which the warehouse has them already."""
    return points if points["site_id"].is_sorted() else points.sort("site_id")


def points_fingerprint(
    points: pl.DataFrame, contrast: Contrast | None, code: str = "", sector_points: int | None = None
) -> str:
    """16 hex digits that stay while a run's points do, given in the order of sites, and what they are compared with.

    With the same profile and code (`StepContext.code`) such a run has the same groups.
    """
    compared = contrast and (contrast.background_fingerprint, contrast.null)
    digest = hashlib.sha256(repr((code, sector_points or points.height, points.height, compared)).encode())
    for name in ("site_id", "organisation_id"):
        digest.update((points[name].str.join("\n").item() if points.height else "").encode())
    for name in ("easting", "northing", "is_firm"):
        digest.update(np.ascontiguousarray(points[name].to_numpy()).tobytes())
    return digest.hexdigest()[:16]


def find_groups(
    sector: Sector,
    points: pl.DataFrame,
    method: SpatialMethod,
    contrast: Contrast | None,
    fingerprint: str | None = None,
    sector_points: int | None = None,
) -> Found:
    """Groups of at least min_firms distinct firms [stated], numbered by descending size, then by position.

    `points` has a row a point: organisation_id, site_id, easting and northing in metres, is_firm; their order does
    not matter, that of the sites is quickest. `contrast` is needed by the scan alone; `fingerprint` is the points' own,
    made anew where it is not given; `sector_points` those that the least size goes by (`points_of_sector`), the
    number of the points where it is not given.
    """
    points, whole = in_site_order(points), sector_points or points.height
    of_run = {"points_fingerprint": fingerprint or points_fingerprint(points, contrast, sector_points=whole)}
    needed = points_needed(whole, method)
    if points.height < needed:
        reason = f"{points.height} points; fewer than {needed}, {method.min_points_factor} times min_cluster_size"
        nothing = _Labels(np.full(points.height, NOISE), *_sizes_of(whole, method))
        return _tabulate(sector, points, method, nothing, {**of_run, "skipped_reason": reason})
    return _tabulate(sector, points, method, _label(points, method, contrast, whole), of_run)


@dataclass(frozen=True)
class _Labels:
    """What an algorithm found: a label for each point, and for the scan figures for each label."""

    of_points: Integers
    min_cluster_size: int
    min_samples: int
    epsilon_m: float
    critical_score: float | None = None
    figures: pl.DataFrame | None = None
    """label, scan_score, relative_density, scan_p_value, linking_distance_m."""


def _sizes_of(points: int, method: SpatialMethod) -> tuple[int, int, float]:
    """min_cluster_size, min_samples and epsilon as far as they are known without looking at the points."""
    if method.algorithm == "dbscan":
        return method.min_firms, method.dbscan_min_samples, method.dbscan_radius_m
    if method.algorithm == "scan":
        return method.min_firms, method.scan_min_samples, 0.0
    return min_cluster_size(points, method), min_samples(points, method), 0.0


def _label(points: pl.DataFrame, method: SpatialMethod, contrast: Contrast | None, sector_points: int) -> _Labels:
    """Run the profile's algorithm."""
    easting, northing = points["easting"].to_numpy(), points["northing"].to_numpy()
    if method.algorithm == "hdbscan":
        labels, sizes = hdbscan(easting, northing, method, sector_points)
        return _Labels(labels, sizes.min_cluster_size, sizes.min_samples, sizes.epsilon_m)
    sizes_known = _sizes_of(points.height, method)
    if method.algorithm == "dbscan":
        return _Labels(
            dbscan_labels(easting, northing, method.dbscan_radius_m, method.dbscan_min_samples), *sizes_known
        )
    if contrast is None:
        raise ValueError("the scan needs all business sites of the grid and their null")
    background, rules = contrast.background, window_rules(method)
    windows = score_windows(easting, northing, firm_numbers(points), background, rules)
    penalty = contrast.null.critical_score(points.height, method.scan_alpha)
    taken = select_windows(windows.hierarchy.parent, windows.score, penalty)
    settled = settle(windows, taken, background, rules, ellipse_rules(method), penalty, method.join_m)
    figures = pl.DataFrame(
        {
            "label": np.arange(len(settled.score)),
            "scan_score": settled.score,
            "relative_density": settled.relative_density,
            "scan_p_value": contrast.null.p_values(settled.score, points.height),
            "linking_distance_m": settled.linking_distance_m,
        }
    )
    labels = settled.of_place[windows.hierarchy.places.place_of_point]
    return _Labels(labels, *sizes_known, penalty, figures)


def _tabulate(
    sector: Sector, points: pl.DataFrame, method: SpatialMethod, labels: _Labels, of_run: Mapping[str, str]
) -> Found:
    """Keep the groups with enough distinct firms, number them, and lay everything out in columns.

    `of_run` is what the row of the run has that the labels do not tell.
    """
    named = {"scheme": sector.scheme, "sector": sector.sector, "grid": sector.grid}
    labelled = points.with_columns(pl.Series("label", labels.of_points, dtype=pl.Int64)).filter(
        pl.col("label") != NOISE
    )
    west = pl.col("easting") == pl.col("easting").min()
    firms = pl.col("organisation_id").filter(pl.col("is_firm")).n_unique().cast(pl.Int64)
    by_place = labelled.group_by("label", "easting", "northing").agg(firms.alias("at_place"))
    addresses = by_place.group_by("label").agg(
        pl.len().cast(pl.Int64).alias("places"), pl.col("at_place").max().alias("most_at_place")
    )
    kept = (
        labelled.group_by("label")
        .agg(
            pl.len().cast(pl.Int64).alias("points"),
            firms.alias("firms"),
            pl.col("easting").min().alias("west"),
            pl.col("northing").filter(west).min().alias("south"),
        )
        .join(addresses, on="label")
        .with_columns(address_share=pl.col("most_at_place") / pl.col("firms"))
        .filter(pl.col("firms") >= method.min_firms)
        .sort("points", "west", "south", "label", descending=[True, False, False, False])
    )
    kept = kept.with_columns(
        pl.Series("group_id", [sector.group_id(number + 1) for number in range(kept.height)], dtype=pl.String),
        **{name: pl.lit(value) for name, value in named.items()},
    )
    figures = labels.figures if labels.figures is not None else pl.DataFrame(schema={"label": pl.Int64})
    groups = kept.join(figures, on="label", how="left", maintain_order="left")
    # Members are in the order of sites already: to sort numbers of groups is quicker than texts.
    numbered = kept.select("label", "group_id", pl.col("group_id").rank("ordinal").alias("order"))
    members = labelled.join(numbered, on="label", maintain_order="left").sort("order", maintain_order=True)
    run = {
        **named,
        "algorithm": method.algorithm,
        "points": points.height,
        "min_cluster_size": labels.min_cluster_size,
        "min_samples": labels.min_samples,
        "epsilon_m": labels.epsilon_m,
        "groups": kept.height,
        "noise_points": points.height - members.height,
        "critical_score": labels.critical_score,
        "groups_found": kept.height,
        **of_run,
    }
    return Found(
        pl.DataFrame([run], schema=RUN_COLUMNS),
        _in_columns(groups, GROUP_COLUMNS),
        _in_columns(members, MEMBER_COLUMNS),
    )


def _in_columns(frame: pl.DataFrame, columns: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """The declared columns, null where the algorithm has no such figure."""
    missing = [pl.lit(None).alias(name) for name in columns if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in columns.items())


def together(found: Sequence[Found], scan_alpha: float) -> Found:
    """The groups of all sectors of a month and profile.

    Of the scan's groups those stay whose p-value, adjusted over the month, is at most `scan_alpha`. Every run is a
    test: one that found nothing counts with a p-value of 1, else a month of many sectors would keep the chance groups
    of each. Groups of other algorithms have no p-value and all stay.
    """
    runs = pl.concat([pl.DataFrame(schema=RUN_COLUMNS), *(one.runs for one in found)])
    groups = pl.concat([pl.DataFrame(schema=GROUP_COLUMNS), *(one.groups for one in found)])
    members = pl.concat([pl.DataFrame(schema=MEMBER_COLUMNS), *(one.group_members for one in found)])
    tested = groups.filter(pl.col("scan_p_value").is_not_null())
    without = runs.filter(pl.col("critical_score").is_not_null() & (pl.col("groups") == 0)).height
    p_values = np.concatenate([tested["scan_p_value"].to_numpy(), np.ones(without)])
    q_values = tested.select("group_id").with_columns(
        pl.Series("scan_q_value", benjamini_hochberg(p_values)[: tested.height], dtype=pl.Float64)
    )
    adjusted = groups.join(q_values, on="group_id", how="left", maintain_order="left")
    kept = adjusted.filter(pl.col("scan_q_value").is_null() | (pl.col("scan_q_value") <= scan_alpha))
    run = ["scheme", "sector", "grid"]
    sizes = kept.group_by(run).agg(pl.len().cast(pl.Int64).alias("kept"), pl.col("points").sum().alias("in_groups"))
    recounted = runs.join(sizes, on=run, how="left", maintain_order="left").with_columns(
        groups=pl.col("kept").fill_null(0), noise_points=pl.col("points") - pl.col("in_groups").fill_null(0)
    )
    if kept.height < groups.height:
        members = members.join(kept, on="group_id", how="semi", maintain_order="left")
    return Found(recounted.select(list(RUN_COLUMNS)), kept, members)
