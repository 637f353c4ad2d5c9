"""The steps of what became of clusters and why: what the sources of a month were, its history, its changes in numbers.

What belongs here: reading, calling, handing back. What does not: any rule (`assets/methods/identity`). Method modules
are imported when the step runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from assets.warehouse.rows import as_declared
from assets.warehouse.steps import Step, StepContext, sql_step, step

if TYPE_CHECKING:
    from assets.methods.identity.history import Dates

MONTHS_IN_A_YEAR = 12

_FIRMS = ("differing_members.organisation_id", "differing_members.site_id")
_WHY = (
    *_FIRMS,
    "changed_sites.organisation_id",
    "changed_sites.sectors",
    "changed_sites.postcode",
    "changed_sites.easting",
    "changed_sites.northing",
    "sources_of_months.register",
    "sources_of_months.sic_list_sha256",
    "sources_of_months.rtic_list_sha256",
    "sources_of_months.postcodes_sha256",
    "sources_of_months.readers",
    "sources_of_months.profile_fingerprint",
)
_FIGURES = ("name", "cluster_type", "scheme", "sector", "firms", "employees")
_LINEAGE = {
    "cluster_id": ("history_events.cluster_id",),
    "event": ("history_events.event", "history_clusters.name"),
    "earlier_month": ("history_events.earlier_month",),
    "earlier_cluster_id": ("history_events.earlier_cluster_id",),
    "shared_firms": ("history_events.shared_firms",),
    **{name: (f"history_clusters.{name}",) for name in _FIGURES},
    "earlier_name": ("history_clusters.name",),
    "earlier_type": ("history_clusters.cluster_type",),
    "earlier_sector": ("history_clusters.sector",),
    "firms_before": ("history_clusters.firms",),
    "employees_before": ("history_clusters.employees",),
    "firms_gained": _FIRMS,
    "firms_lost": _FIRMS,
    **{
        f"{name}_growth_{months}": (f"history_clusters.{name}",)
        for name in ("firms", "employees")
        for months in (1, MONTHS_IN_A_YEAR)
    },
    "cause": _WHY,
    "cause_share": _WHY,
    "cause_detail": _WHY,
}


@step(
    tables=["typology.cluster_history"],
    inputs=(
        "changed_sites",
        "corresponding_sectors",
        "differing_members",
        "history_clusters",
        "history_events",
        "sources_of_months",
    ),
    per_profile=True,
    lineage={f"typology.cluster_history.{column}": sources for column, sources in _LINEAGE.items()},
)
def cluster_history(ctx: StepContext) -> dict[str, pl.DataFrame]:
    """What became of each cluster since the earlier month, how it grew, and why: its firms, or a source of theirs.

    The earlier month is the one that identity was followed from.
    """
    from assets.methods.identity.history import Dates, complete, happened, with_sectors

    events = ctx.input("history_events")
    compared = events["earlier_month"].drop_nulls()
    dates = Dates(
        earlier_month=compared.item(0) if compared.len() else None,
        month_before=ctx.month.plus(-1).first_day,
        year_before=ctx.month.plus(-MONTHS_IN_A_YEAR).first_day,
    )
    then = {"earlier_month": dates.earlier_month}
    clusters = ctx.input("history_clusters", month_before=dates.month_before, year_before=dates.year_before, **then)
    told = happened(events, clusters, ctx.month.first_day)
    differing = with_sectors(ctx.input("differing_members", **then), told, ctx.input("corresponding_sectors", **then))
    rows = complete(told, differing, _causes(ctx, differing, dates), clusters, dates)
    _tell(ctx, rows)
    return {"typology.cluster_history": as_declared("typology.cluster_history", rows)}


def _causes(ctx: StepContext, differing: pl.DataFrame, dates: Dates) -> pl.DataFrame | None:
    """The causes of the events; None where the sources of the earlier month are not known."""
    from assets.methods.identity.causes import causes, source_change

    then = {"earlier_month": dates.earlier_month}
    sources = {row["month"]: row for row in ctx.input("sources_of_months", **then).iter_rows(named=True)}
    if dates.earlier_month is None or dates.earlier_month not in sources:
        return None
    change = source_change(sources[dates.earlier_month], sources[ctx.month.first_day])
    return causes(differing, ctx.input("changed_sites", **then), change, ctx.method.history)


def _tell(ctx: StepContext, rows: pl.DataFrame) -> None:
    """What happened, in numbers, and the largest of what was born and died."""
    counted = rows.group_by("event", "cause").len("clusters").sort("event", "cause", nulls_last=True)
    ctx.report.figure("events by cause", counted)
    size = pl.max_horizontal("firms", "firms_before")
    largest = (
        rows.filter(pl.col("event").is_in(["birth", "death", "merge", "split"]))
        .sort(size, "cluster_id", descending=[True, False])
        .head(10)
        .select("event", "cluster_id", name=pl.coalesce("name", "earlier_name"), firms=size, why="cause_detail")
    )
    ctx.report.figure("largest births, deaths, merges and splits", largest)


SOURCES_OF_THE_MONTH: tuple[Step, ...] = (
    sql_step("typology.month_sources"),
    sql_step("typology.site_states"),
)
"""Made before the clusters: what was known of the month."""
HISTORY: tuple[Step, ...] = (cluster_history, sql_step("typology.month_changes"))
"""Made after the clusters."""
