"""Clusters and their firms of a month, counted over what a reader asks for: sectors, regions, towns.

What belongs here: what a cluster counts for, and the counts. What does not: what became of a cluster (`identity`).
"""

from __future__ import annotations

import polars as pl
import shapely

COUNTED = ("clusters", "firms", "born", "ended")


def month_counts(clusters: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Counts of a month: `profile`, `dimension`, `member` and COUNTED, by these.

    `clusters` has `profile`, `scheme`, `sector`, `main_region`, `firms`, `outline_wkt` (WGS84, or null), `is_born` and
    `is_ended`: those of the month, and those that were there in the month before it and are no more, which count in
    `ended` alone; both null where there is no month before, and so are the counts then. `towns` has `name`, `region`,
    `longitude` and `latitude`; a town has the clusters whose outline it lies in or on. Source: ours.
    """
    sector = (
        pl.when(pl.col("scheme").is_null())
        .then(pl.lit("communities"))
        .otherwise(pl.format("{}: {}", "scheme", "sector"))
    )
    of = {"all": pl.lit("all"), "sector": sector, "main_region": pl.col("main_region")}
    members = [clusters.with_columns(dimension=pl.lit(dimension), member=member) for dimension, member in of.items()]
    here = _towns(clusters, towns)
    members.append(clusters[here["cluster"]].with_columns(dimension=pl.lit("town"), member=here["member"]))
    is_now = ~pl.col("is_ended").fill_null(False)
    is_compared = pl.col("is_born").is_not_null().any()
    return (
        pl.concat(members)
        .group_by("profile", "dimension", "member")
        .agg(
            clusters=is_now.sum().cast(pl.Int64),
            firms=pl.col("firms").filter(is_now).sum(),
            born=pl.when(is_compared).then(pl.col("is_born").sum()).cast(pl.Int64),
            ended=pl.when(is_compared).then(pl.col("is_ended").sum()).cast(pl.Int64),
        )
        .sort("profile", "dimension", "member")
    )


def _towns(clusters: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Row number of a cluster, `cluster`, and the town in it, `member`."""
    points = shapely.points(towns["longitude"].to_numpy(), towns["latitude"].to_numpy())
    outlines = shapely.from_wkt(clusters["outline_wkt"].to_numpy())
    cluster, town = shapely.STRtree(points).query(outlines, predicate="intersects")
    names = towns.select(pl.format("{}, {}", "name", "region")).to_series()
    return pl.DataFrame({"cluster": cluster, "member": names.gather(town)})
