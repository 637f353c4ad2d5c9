"""How stable the month's clusters are: the step, and what it hands between tables and methods.

What belongs here: sectors with their points and clusters, rows of the tables. What does not: draws and likeness
(`assets.methods.trust`), pictures (`reports`).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from assets.trust.communities import community_stability
from assets.trust.stability_rows import STABILITY, stability_rows
from assets.warehouse.steps import Rows, StepContext, step

if TYPE_CHECKING:
    from assets.methods.scan.scan import Background
    from assets.methods.trust.density import DensitySettings
    from assets.methods.trust.scan import ScanSettings
    from assets.methods.trust.sectors import Tested
    from assets.methods.trust.stability import Subject, TrialRules
    from assets.methods.trust.sweep import SweepRules

RUN = ("scheme", "sector", "grid")
OUTLINE_SHARES = (0.5, 0.9)
"""How sure the members are that each of the two further outlines goes round: what the table is declared to hold."""
SWEEP = {"cluster_id": pl.String, "parameter": pl.String, "setting": pl.String, "jaccard": pl.Float64}
POINTS = {
    "cluster_id": pl.String,
    "organisation_id": pl.String,
    "grid": pl.String,
    "easting": pl.Float64,
    "northing": pl.Float64,
    "share_inside": pl.Float64,
}
"""A row a point in a cluster."""


@step(
    tables=("trust.stability", "trust.member_stability", "trust.stable_outlines", "trust.parameter_sweep"),
    inputs=(
        "tested_groups",
        "sector_points",
        "business_sites",
        "tested_communities",
        "collaborations",
        "collaborating_firms",
    ),
    per_profile=True,
    lineage={
        "trust.stability.mean_jaccard": [
            "spatial.points.easting",
            "spatial.points.northing",
            "network.participations.application_id",
        ],
        "trust.stability.sweep_mean_jaccard": ["spatial.points.easting", "spatial.points.northing"],
        "trust.member_stability.share_inside": [
            "spatial.points.easting",
            "spatial.points.northing",
            "network.participations.application_id",
        ],
        "trust.stable_outlines.outline_wkt": ["spatial.points.easting", "spatial.points.northing"],
        "trust.parameter_sweep.jaccard": ["spatial.points.easting", "spatial.points.northing"],
    },
)
def stability(ctx: StepContext) -> Rows:
    """How each cluster comes out of bootstrap draws of organisations, a group of sites among those of its sector and a
    community among all collaborators; and a group of sites of other settings of the method."""
    from assets.methods.trust.sectors import each_tested

    runs = ctx.input("tested_groups")
    points: list[pl.DataFrame] = []
    tested = each_tested(_subjects(ctx, runs, points), _rules(ctx, runs), _sweeping(ctx), ctx.engine)
    members = pl.concat([pl.DataFrame(schema=POINTS), *map(_points, points, tested)])
    clusters = [_clusters(ctx, *one) for one in zip(points, tested, strict=True)]
    communities, partners = community_stability(ctx)
    of_clusters = pl.concat([pl.DataFrame(schema=STABILITY), *clusters, communities]).sort("cluster_id")
    swept = pl.concat([pl.DataFrame(schema=SWEEP), *map(_swept, points, tested)])
    _tell(ctx, of_clusters, members)
    return {
        "trust.stability": of_clusters,
        # Of several sites of an organisation in a cluster the surest.
        "trust.member_stability": pl.concat(
            [members.group_by("cluster_id", "organisation_id").agg(pl.col("share_inside").max()), partners]
        ).sort("cluster_id", "organisation_id"),
        "trust.stable_outlines": _outlines(ctx, members["cluster_id"].unique(), members),
        "trust.parameter_sweep": swept.sort("cluster_id", "parameter", "setting"),
    }


def _tell(ctx: StepContext, clusters: pl.DataFrame, members: pl.DataFrame) -> None:
    """Figures and pictures for a person."""
    from assets.trust.reports import stability_map_png, stability_png, words

    method = ctx.method.trust
    ctx.report.figure("clusters by word", words(clusters))
    ctx.report.figure("median of the mean Jaccard similarity", clusters["mean_jaccard"].median())
    ctx.report.picture("stability", stability_png(clusters, method.stability_fragile, method.stability_robust))
    ctx.report.picture("map", stability_map_png(members, clusters, f"{ctx.method.name}: how sure groups of sites are"))


def _subjects(ctx: StepContext, runs: pl.DataFrame, points: list[pl.DataFrame]) -> Iterator[Subject]:
    """The sectors with a cluster, the largest first; the points in a cluster of each are put to `points`."""
    from assets.methods.groups.sectors import batches

    by_run = {tuple(run[name] for name in RUN): run for run in runs.iter_rows(named=True)}
    for batch in batches(runs.unique(RUN)):
        rows = ctx.input("sector_points", scheme=batch.scheme, sectors=list(batch.sectors))
        parts = rows.partition_by(RUN, as_dict=True)
        del rows
        for key in sorted(parts, key=lambda key: (-parts[key].height, key)):
            of_run = parts.pop(key)
            if key not in by_run:
                continue
            of_run = of_run.sort("site_id")
            points.append(of_run.filter(pl.col("cluster_id").is_not_null()))
            yield _subject(ctx, by_run[key], of_run, _names(points[-1]))


def _names(points: pl.DataFrame) -> pl.Series:
    """The clusters of a sector in order: a group's number is its place here."""
    return points["cluster_id"].unique().sort()


def _subject(ctx: StepContext, run: Mapping[str, Any], points: pl.DataFrame, names: pl.Series) -> Subject:
    from assets.methods.density.places import NOISE
    from assets.methods.trust.draws import Located
    from assets.methods.trust.stability import Subject

    located = Located(
        points["easting"].to_numpy(),
        points["northing"].to_numpy(),
        points["organisation_id"].rank("dense").to_numpy().astype(np.int64) - 1,
        points["is_firm"].to_numpy(),
    )
    numbers = {name: number for number, name in enumerate(names)}
    group = points["cluster_id"].replace_strict(numbers, default=NOISE, return_dtype=pl.Int64).to_numpy()
    key = (zlib.crc32("/".join(run[name] for name in RUN).encode()),)
    return Subject(key, run["grid"], located, group, len(names), _settings(ctx, run))


def _settings(ctx: StepContext, run: Mapping[str, Any]) -> DensitySettings | ScanSettings:
    """What the run was made with."""
    from assets.methods.groups.sector_groups import ellipse_rules, window_rules
    from assets.methods.trust.density import DensitySettings
    from assets.methods.trust.scan import ScanSettings

    method = ctx.method.spatial
    if run["algorithm"] == "scan":
        return ScanSettings(window_rules(method), ellipse_rules(method), method.join_m, run["critical_score"])
    return DensitySettings(
        run["algorithm"], method.min_firms, run["min_cluster_size"], run["min_samples"], run["epsilon_m"]
    )


def _rules(ctx: StepContext, runs: pl.DataFrame) -> TrialRules:
    from assets.methods.trust.stability import trial_rules

    scanned = runs.filter(pl.col("algorithm") == "scan")["grid"].unique().sort()
    return trial_rules(ctx.method.trust, {grid: _background(ctx, grid) for grid in scanned})


def _background(ctx: StepContext, grid: str) -> Background:
    from assets.methods.density.places import NOISE
    from assets.methods.groups.sector_groups import background_of

    sites = ctx.input("business_sites", grid=grid).with_columns(firm=pl.lit(NOISE))
    return background_of(sites, ctx.method.spatial, ctx.threads)


def _sweeping(ctx: StepContext) -> SweepRules:
    from assets.methods.trust.sweep import SweepRules

    method, bounds = ctx.method.trust, (ctx.method.spatial.epsilon_min_m, ctx.method.spatial.epsilon_max_m)
    return SweepRules(method.sweep_factors, bounds, method.sweep_max_points, method.sweep_least_controls)


def _clusters(ctx: StepContext, points: pl.DataFrame, tested: Tested) -> pl.DataFrame:
    return stability_rows(ctx.method.trust, _names(points), tested.counted, tested.swept.jaccard)


def _points(points: pl.DataFrame, tested: Tested) -> pl.DataFrame:
    drawn, inside = pl.Series(tested.counted.drawn), pl.Series(tested.counted.inside)
    return points.with_columns(share_inside=pl.when(drawn > 0).then(inside / drawn)).select(list(POINTS))


def _swept(points: pl.DataFrame, tested: Tested) -> pl.DataFrame:
    names = _names(points)
    rows = [
        pl.DataFrame(
            {"cluster_id": names, "parameter": setting.parameter, "setting": setting.value, "jaccard": jaccard},
            schema=SWEEP,
        )
        for setting, jaccard in zip(tested.swept.settings, tested.swept.jaccard, strict=True)
    ]
    return pl.concat([pl.DataFrame(schema=SWEEP), *rows])


def _outlines(ctx: StepContext, clusters: pl.Series, members: pl.DataFrame) -> pl.DataFrame:
    """For each cluster and share the outline of the members that are at least so sure; null where there is none."""
    from assets.methods.geometry.outlines import outline_table

    found = []
    for share in OUTLINE_SHARES:
        sure = members.filter(pl.col("share_inside") >= share)
        counted = sure.group_by("cluster_id").agg(pl.col("organisation_id").n_unique().cast(pl.Int64).alias("members"))
        outlined = outline_table(
            sure.rename({"cluster_id": "group_id"}).select("group_id", "grid", "easting", "northing"),
            ctx.method.spatial.hull_ratio,
            ctx.method.spatial.outline_buffer_m,
            ctx.threads,
        ).select(cluster_id="group_id", outline_wkt="outline_wkt")
        found.append(
            pl.DataFrame({"cluster_id": clusters})
            .join(counted, on="cluster_id", how="left")
            .join(outlined, on="cluster_id", how="left")
            .select("cluster_id", pl.lit(share).alias("share"), pl.col("members").fill_null(0), "outline_wkt")
        )
    return pl.concat(found).sort("cluster_id", "share")
