"""Identity from month to month: which cluster of this month is which of the earlier one, and what happened to each.

What belongs here: the matching of clusters by their firms, new identifiers, events. What does not: reading the earlier
month (inputs), growth over twelve months (indicators).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

import polars as pl

from assets.methods.identity.merging import first_come_pairs

DIGEST_DIGITS = 10

EVENT_COLUMNS = {
    "cluster_id": pl.String,
    "event": pl.String,
    "earlier_month": pl.Date,
    "earlier_cluster_id": pl.String,
    "shared_firms": pl.Int64,
    "earlier_type": pl.String,
    "cluster_type": pl.String,
}


def newborn_ids(clusters: pl.DataFrame, members: pl.DataFrame, profile: str, month: date) -> pl.DataFrame:
    """The identifier each cluster would have if it were born this month [ours].

    `clusters`: `group_id`, `approach`, `scheme`, `sector`; `members`: `group_id`, `organisation_id`, `site_id` (may be
    null), at least one a cluster. `IC-`, the month of birth as YYYYMM, and the first ten hex digits of a SHA-256 over
    profile, approach, scheme, sector, month and members (a site, being one organisation's, stands for both): the same
    cluster has the same identifier whatever the order of the rows or the name of its group. Returns `group_id`,
    `newborn_id`, by group.
    """
    contents = (
        members.group_by("group_id")
        .agg(member=pl.coalesce("site_id", "organisation_id").unique().sort())
        .select("group_id", pl.col("member").list.join("\n"))
    )
    rows = (
        clusters.select("group_id", "approach", "scheme", "sector")
        .join(contents, on="group_id")
        .sort("group_id")
        .iter_rows()
    )
    ids = [
        (group_id, _identifier(month, [profile, approach, scheme or "", sector or "", str(month), content]))
        for group_id, approach, scheme, sector, content in rows
    ]
    return pl.DataFrame(ids, schema={"group_id": pl.String, "newborn_id": pl.String}, orient="row")


def follow(
    clusters: pl.DataFrame,
    firms: pl.DataFrame,
    earlier: pl.DataFrame,
    earlier_firms: pl.DataFrame,
    earlier_month: date | None,
    min_share: float,
    corresponding: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Match the clusters of this month with those of the latest earlier month; returns identifiers and events.

    `clusters`: `group_id`, `newborn_id`, `approach`, `scheme`, `sector`, `cluster_type`; `firms`: `group_id`,
    `organisation_id`. `earlier`: `cluster_id`, `approach`, `scheme`, `sector`, `cluster_type`; `earlier_firms`:
    `cluster_id`, `organisation_id`. Without an earlier month both are empty and `earlier_month` is None.
    `corresponding`: `scheme`, `earlier_sector`, `sector` of the sectors that went on under another name, as they
    do where one classification follows another; a cluster of such a sector is compared with those of both.

    A cluster keeps its identifier while it keeps the larger part of its firms [ours]: it continues in the cluster of
    this month that holds more than `min_share` (half) of its firms. Compared are clusters of one sector, and network
    clusters with each other; a cluster found both ways is compared in both. A firm may be in several clusters, and two
    earlier clusters may come together, so claims are settled one to one: most shared firms first, then the greater
    Jaccard index, then by identifier.

    - `continuation` and `birth`: exactly one of them for every cluster of this month.
    - `type_change`: beside a continuation whose type is another.
    - `merge`: an earlier cluster whose larger part came into a cluster that continues another; its identifier ended.
    - `split`: beside a birth of whose firms more than `min_share` come from one earlier cluster.
    - `death`: an earlier cluster that neither continues nor merged; `cluster_id` is its own.

    Returns (`group_id`, `cluster_id`) by group, and the events in the columns of `typology.cluster_events`, by
    cluster, event and earlier cluster.
    """
    pairs = _overlaps(clusters, firms, earlier, earlier_firms, corresponding)
    claims = pairs.filter(pl.col("shared_firms") > min_share * pl.col("earlier_size")).sort(
        "shared_firms", "jaccard", "earlier_cluster_id", "newborn_id", descending=[True, True, False, False]
    )
    kept = claims[first_come_pairs(claims["earlier_cluster_id"].to_list(), claims["newborn_id"].to_list())]
    continued = kept.select("newborn_id", "earlier_cluster_id", "shared_firms")
    current = (
        clusters.select("group_id", "newborn_id", "cluster_type")
        .join(continued, on="newborn_id", how="left")
        .join(
            earlier.select(earlier_cluster_id="cluster_id", earlier_type="cluster_type"),
            on="earlier_cluster_id",
            how="left",
        )
        .with_columns(cluster_id=pl.coalesce("earlier_cluster_id", "newborn_id"))
    )
    events = _all_events(pairs, claims, continued, current, earlier, min_share)
    events = events.with_columns(earlier_month=pl.lit(earlier_month, dtype=pl.Date)).select(*EVENT_COLUMNS)
    return (
        current.select("group_id", "cluster_id").sort("group_id"),
        events.sort("cluster_id", "event", "earlier_cluster_id", nulls_last=True),
    )


def _all_events(
    pairs: pl.DataFrame,
    claims: pl.DataFrame,
    continued: pl.DataFrame,
    current: pl.DataFrame,
    earlier: pl.DataFrame,
    min_share: float,
) -> pl.DataFrame:
    """What became of every cluster of both months, from the pairs that share firms and those that were settled."""
    survived = pl.col("earlier_cluster_id").is_not_null()
    by_kind = [
        _events("continuation", current.filter(survived)),
        _events("type_change", current.filter(survived & (pl.col("earlier_type") != pl.col("cluster_type")))),
        _events("birth", current.filter(~survived)),
    ]
    types = current.select("newborn_id", "cluster_id", "cluster_type")
    merged = (
        claims.join(continued, on="earlier_cluster_id", how="anti")
        .unique("earlier_cluster_id", keep="first", maintain_order=True)
        .join(types, on="newborn_id")
    )
    split = (
        pairs.join(continued, on="newborn_id", how="anti")
        .filter(pl.col("shared_firms") > min_share * pl.col("size"))
        .sort("shared_firms", "jaccard", "earlier_cluster_id", descending=[True, True, False])
        .unique("newborn_id", keep="first", maintain_order=True)
        .join(types, on="newborn_id")
    )
    ended = earlier.join(continued, left_on="cluster_id", right_on="earlier_cluster_id", how="anti").join(
        merged, left_on="cluster_id", right_on="earlier_cluster_id", how="anti"
    )
    dead = ended.select("cluster_id", earlier_cluster_id="cluster_id", earlier_type="cluster_type")
    by_kind += [_events("merge", merged), _events("split", split), _events("death", dead)]
    return pl.concat(by_kind)


def _identifier(month: date, contents: Sequence[str]) -> str:
    digest = hashlib.sha256("\x1f".join(contents).encode()).hexdigest()[:DIGEST_DIGITS]
    return f"IC-{month:%Y%m}-{digest}"


def _scopes() -> pl.Expr:
    """What a cluster is compared within: its sector, all network clusters, or, found both ways, either."""
    sector = pl.concat_str("scheme", "sector", separator="/")
    in_sector = (
        pl.when(pl.col("approach") != "network")
        .then(pl.concat_list(sector))
        .otherwise(pl.lit([], dtype=pl.List(pl.String)))
    )
    in_network = (
        pl.when(pl.col("approach") != "spatial")
        .then(pl.concat_list(pl.lit("network")))
        .otherwise(pl.lit([], dtype=pl.List(pl.String)))
    )
    return pl.concat_list(in_sector, in_network)


def _overlaps(
    clusters: pl.DataFrame,
    firms: pl.DataFrame,
    earlier: pl.DataFrame,
    earlier_firms: pl.DataFrame,
    corresponding: pl.DataFrame | None,
) -> pl.DataFrame:
    """Every pair of comparable clusters that share a firm, with the firms shared, their sizes and Jaccard index."""
    now = clusters.select("group_id", "newborn_id", scope=_scopes()).explode("scope")
    then = earlier.select(earlier_cluster_id="cluster_id", scope=_scopes()).explode("scope")
    if corresponding is not None and not corresponding.is_empty():
        went_on = corresponding.select(
            scope=pl.concat_str("scheme", "earlier_sector", separator="/"),
            went_on=pl.concat_str("scheme", "sector", separator="/"),
        )
        there = then.join(went_on, on="scope").select("earlier_cluster_id", scope="went_on")
        then = pl.concat([then, there]).unique(maintain_order=True)
    now_firms = firms.select("group_id", "organisation_id").unique()
    then_firms = earlier_firms.select("organisation_id", earlier_cluster_id="cluster_id").unique()
    sizes = now_firms.group_by("group_id").len("size")
    earlier_sizes = then_firms.group_by("earlier_cluster_id").len("earlier_size")
    return (
        now.join(now_firms, on="group_id")
        .join(then.join(then_firms, on="earlier_cluster_id"), on=["scope", "organisation_id"])
        .select("group_id", "newborn_id", "earlier_cluster_id", "organisation_id")
        .unique()
        .group_by("group_id", "newborn_id", "earlier_cluster_id")
        .agg(shared_firms=pl.len().cast(pl.Int64))
        .join(sizes, on="group_id")
        .join(earlier_sizes, on="earlier_cluster_id")
        .with_columns(
            jaccard=pl.col("shared_firms") / (pl.col("size") + pl.col("earlier_size") - pl.col("shared_firms"))
        )
        .drop("group_id")
    )


def _events(event: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of one kind of event in the columns of the table; what the rows lack is null, firms shared 0."""
    known = {name: kind for name, kind in EVENT_COLUMNS.items() if name not in ("event", "earlier_month")}
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in known.items() if name not in rows.columns]
    return rows.with_columns(absent).select(
        *[pl.col(name).cast(kind) for name, kind in known.items() if name != "shared_firms"],
        pl.col("shared_firms").fill_null(0).cast(pl.Int64),
        pl.lit(event).alias("event"),
    )
