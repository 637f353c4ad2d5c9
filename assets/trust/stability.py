"""How stable the month's clusters are: the step, and what it hands between tables and methods.

What belongs here: sectors with their points and clusters, rows of the tables. What does not: draws and likeness
(`assets.methods.trust`).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from assets.warehouse.steps import Rows, StepContext, step

if TYPE_CHECKING:
    from assets.methods.trust.stability import Counted, Subject

RUN = ["scheme", "sector", "grid"]
STABILITY = {
    "cluster_id": pl.String,
    "draws": pl.Int64,
    "drawn_share": pl.Float64,
    "mean_jaccard": pl.Float64,
    "low_jaccard": pl.Float64,
    "sweep_mean_jaccard": pl.Float64,
    "sweep_least_jaccard": pl.Float64,
    "word": pl.String,
}
MEMBERS = {"cluster_id": pl.String, "organisation_id": pl.String, "share_inside": pl.Float64}


@step(
    tables=("trust.stability", "trust.member_stability"),
    inputs=("tested_groups", "sector_points"),
    per_profile=True,
    lineage={
        "trust.stability.draws": ["typology.candidates.cluster_id"],
        "trust.stability.mean_jaccard": ["spatial.points.easting", "spatial.points.northing"],
        "trust.member_stability.share_inside": ["spatial.points.easting", "spatial.points.northing"],
    },
)
def stability(ctx: StepContext) -> Rows:
    """How each cluster that is a group of sites comes out of bootstrap draws of its sector's organisations."""
    from assets.methods.trust.draws import DrawRules
    from assets.methods.trust.stability import stabilities

    method = ctx.method.trust
    rules = DrawRules(
        method.bootstrap_draws, method.stability_max_points, method.stability_least_points, method.trust_seed
    )
    tested = ctx.input("tested_groups").filter(pl.col("algorithm") != "scan")
    runs = tested.unique(RUN, keep="first", maintain_order=True).sort("points", *RUN, descending=[True] + 3 * [False])
    frames = [ctx.input("sector_points", **{name: run[name] for name in RUN}) for run in runs.iter_rows(named=True)]
    subjects = [
        _subject(run, points, ctx.method.spatial.min_firms)
        for run, points in zip(runs.iter_rows(named=True), frames, strict=True)
    ]
    counted = stabilities(subjects, rules, ctx.engine)
    clusters = [_clusters(ctx, points, one) for points, one in zip(frames, counted, strict=True)]
    members = [_members(points, one) for points, one in zip(frames, counted, strict=True)]
    of_clusters = pl.concat([pl.DataFrame(schema=STABILITY), *clusters]).sort("cluster_id")
    ctx.report.figure("clusters by word", dict(of_clusters.group_by("word").len().sort("word").iter_rows()))
    return {
        "trust.stability": of_clusters,
        "trust.member_stability": pl.concat([pl.DataFrame(schema=MEMBERS), *members]),
    }


def _names(points: pl.DataFrame) -> pl.Series:
    """The clusters of a sector in order: a group's number is its place here."""
    return points["cluster_id"].drop_nulls().unique().sort()


def _subject(run: dict[str, Any], points: pl.DataFrame, min_firms: int) -> Subject:
    from assets.methods.density.places import NOISE
    from assets.methods.trust.draws import Located, Settings
    from assets.methods.trust.stability import Subject

    names = _names(points)
    organisation = points["organisation_id"].rank("dense").to_numpy().astype(np.int64) - 1
    located = Located(
        points["easting"].to_numpy(), points["northing"].to_numpy(), organisation, points["is_firm"].to_numpy()
    )
    group = names.search_sorted(points["cluster_id"]).to_numpy().astype(np.int64)
    group[points["cluster_id"].is_null().to_numpy()] = NOISE
    settings = Settings(run["algorithm"], min_firms, run["min_cluster_size"], run["min_samples"], run["epsilon_m"])
    key = (zlib.crc32("/".join(run[name] for name in RUN).encode()),)
    return Subject(key, located, group, len(names), settings)


def _clusters(ctx: StepContext, points: pl.DataFrame, counted: Counted) -> pl.DataFrame:
    from assets.methods.trust.stability import summed_up, word_of

    limits = ctx.method.trust.stability_robust, ctx.method.trust.stability_fragile
    found = summed_up(counted.jaccard)
    table = {
        "cluster_id": _names(points),
        "draws": found.draws,
        "drawn_share": counted.share,
        "mean_jaccard": found.mean,
        "low_jaccard": found.low,
        "sweep_mean_jaccard": None,
        "sweep_least_jaccard": None,
        "word": [word_of(mean, *limits) for mean in found.mean],
    }
    return pl.DataFrame(table, schema=STABILITY)


def _members(points: pl.DataFrame, counted: Counted) -> pl.DataFrame:
    """Of several sites of an organisation in a cluster the surest."""
    return (
        points.select("cluster_id", "organisation_id", drawn=counted.drawn, inside=counted.inside)
        .filter(pl.col("cluster_id").is_not_null())
        .with_columns(share_inside=pl.when(pl.col("drawn") > 0).then(pl.col("inside") / pl.col("drawn")))
        .group_by("cluster_id", "organisation_id")
        .agg(pl.col("share_inside").max())
        .sort("cluster_id", "organisation_id")
    )
