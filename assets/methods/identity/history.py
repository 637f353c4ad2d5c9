"""The history of clusters: a row for everything that became of each since the earlier month, with its figures.

What belongs here: what happened is told beside the cluster's figures then and now; which name is another. What does
not: which cluster is which (`identity`), why it happened (`causes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from assets.methods.identity.causes import EVENT_KEY
from assets.methods.typology.indicators import growth

FIRST = "The first month made with the profile: there is none before to compare it with."
NOT_KEPT = "Of the earlier month it was not kept what its sources were: it was made by an earlier version."
SAME = "No firm was gained or lost."
GROWING = ("firms", "employees")
SHARES_CAUSE = {"type_change": "continuation", "rename": "continuation", "split": "birth"}
"""Of what a cluster underwent at once, the event whose firms decide."""


@dataclass(frozen=True)
class Dates:
    """The first days of the months that a month is held against."""

    earlier_month: date | None
    """The latest earlier month that was made; None where there is none."""
    month_before: date
    year_before: date


def happened(events: pl.DataFrame, clusters: pl.DataFrame, month: date) -> pl.DataFrame:
    """The events with the names, types and sectors of the cluster then and now, and `rename` where the name is another.

    `events`: in the columns of `typology.cluster_events`; `clusters`: `month`, `cluster_id`, `name`, `cluster_type`,
    `scheme`, `sector`, `firms`, `employees` of the month and of the earlier one. Returns EVENT_KEY, `earlier_month`,
    `shared_firms`, `name`, `cluster_type`, `scheme`, `sector`, `firms`, `employees`, and then `earlier_name`,
    `earlier_type`, `earlier_scheme`, `earlier_sector`, `firms_before`, `employees_before`; null of a death now and of a
    birth then.
    """
    figures = ["name", "cluster_type", "scheme", "sector", "firms", "employees"]
    now = clusters.filter(pl.col("month") == month).select("cluster_id", *figures)
    then = clusters.select(
        earlier_month="month",
        earlier_cluster_id="cluster_id",
        **{f"earlier_{name}": pl.col(name) for name in figures},
    )
    is_dead = pl.col("event") == "death"
    told = (
        events.select(*EVENT_KEY, "earlier_month", "shared_firms")
        .join(now, on="cluster_id", how="left", maintain_order="left")
        .with_columns(pl.when(~is_dead).then(pl.col(name)).alias(name) for name in figures)
        .join(then, on=["earlier_month", "earlier_cluster_id"], how="left", maintain_order="left")
        .rename({f"earlier_{name}": f"{name}_before" for name in GROWING} | {"earlier_cluster_type": "earlier_type"})
    )
    renamed = told.filter((pl.col("event") == "continuation") & (pl.col("name") != pl.col("earlier_name")))
    return pl.concat([told, renamed.with_columns(event=pl.lit("rename"))]).sort(
        "cluster_id", "event", "earlier_cluster_id", nulls_last=True
    )


def with_sectors(differing: pl.DataFrame, told: pl.DataFrame, corresponding: pl.DataFrame) -> pl.DataFrame:
    """The firms of events with the sector that each is asked about, then and now.

    `differing`: EVENT_KEY (the cluster itself where the event has no earlier one), `organisation_id`, `site_id`,
    `side`; `told`: as of `happened`; `corresponding`: `scheme`, `earlier_sector`, `sector`, `sites`. A cluster that is
    of one month alone is asked about the sector of its name in the other, or where there is none, about that which has
    most of its sites; where nothing corresponds, about its own. Network clusters have none.
    """
    by_size = corresponding.with_columns(is_other=pl.col("earlier_sector") != pl.col("sector")).sort(
        "scheme", "is_other", "sites", "earlier_sector", "sector", descending=[False, False, True, False, False]
    )
    back = by_size.unique(["scheme", "sector"], keep="first", maintain_order=True)
    on = by_size.unique(["scheme", "earlier_sector"], keep="first", maintain_order=True)
    of_events = (
        told.select(
            "cluster_id",
            "event",
            earlier_cluster_id=pl.coalesce("earlier_cluster_id", "cluster_id"),
            scheme=pl.coalesce("scheme", "earlier_scheme"),
            now="sector",
            then="earlier_sector",
        )
        .join(back.select("scheme", now="sector", was="earlier_sector"), on=["scheme", "now"], how="left")
        .join(on.select("scheme", then="earlier_sector", becomes="sector"), on=["scheme", "then"], how="left")
        .select(
            *EVENT_KEY,
            "scheme",
            earlier_sector=pl.coalesce("then", "was", "now"),
            sector=pl.coalesce("now", "becomes", "then"),
        )
    )
    return differing.join(of_events, on=EVENT_KEY, how="inner", maintain_order="left")


def complete(
    told: pl.DataFrame, differing: pl.DataFrame, causes: pl.DataFrame | None, clusters: pl.DataFrame, dates: Dates
) -> pl.DataFrame:
    """The rows of `typology.cluster_history`: events with firms gained and lost, growth, and the cause of each.

    `causes`: EVENT_KEY, `cause`, `cause_share`, `cause_detail`, of the events that firms differ for; None where it is
    not known what the sources of the earlier month were. Growth is over the same cluster one month and twelve before,
    now / then - 1, null where either is missing.
    """
    decides = pl.col("event").replace(SHARES_CAUSE)
    by_event = ["decides", "cluster_id", "earlier"]
    # A split tells of the cluster that it came out of; the birth that it is has none.
    earlier = (
        pl.when(pl.col("event").is_in(["split", "birth"]))
        .then("cluster_id")
        .otherwise(pl.coalesce("earlier_cluster_id", "cluster_id"))
    )
    counts = differing.group_by("cluster_id", "event", "earlier_cluster_id").agg(
        firms_gained=pl.col("organisation_id").filter(pl.col("side") == "gained").n_unique().cast(pl.Int64),
        firms_lost=pl.col("organisation_id").filter(pl.col("side") == "lost").n_unique().cast(pl.Int64),
    )
    key = {"decides": "event", "earlier": "earlier_cluster_id"}
    named = told.with_columns(decides=decides, earlier=earlier)
    named = named.join(
        counts.rename({old: new for new, old in key.items()}), on=by_event, how="left", maintain_order="left"
    ).with_columns(pl.col("firms_gained", "firms_lost").fill_null(0))
    if causes is None:
        why = FIRST if dates.earlier_month is None else NOT_KEPT
        named = named.with_columns(
            cause=pl.lit(None, pl.String), cause_share=pl.lit(None, pl.Float64), cause_detail=pl.lit(why)
        )
    else:
        renamed = causes.rename({old: new for new, old in key.items()})
        named = named.join(renamed, on=by_event, how="left", maintain_order="left").with_columns(
            pl.col("cause_detail").fill_null(SAME)
        )
    return _with_growth(named, clusters, dates)


def _with_growth(named: pl.DataFrame, clusters: pl.DataFrame, dates: Dates) -> pl.DataFrame:
    """With the growth of firms and employees over one month and twelve."""
    now = named.select("cluster_id", "firms", "employees").unique("cluster_id", keep="first", maintain_order=True)
    for months, before in ((1, dates.month_before), (12, dates.year_before)):
        then = clusters.filter(pl.col("month") == before).select("cluster_id", "firms", "employees")
        shares = growth(now, then).rename({f"{name}_growth_share": f"{name}_growth_{months}" for name in GROWING})
        named = named.join(shares, on="cluster_id", how="left", maintain_order="left")
    return named
