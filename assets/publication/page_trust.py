"""What the page knows of the clusters' trust and history, as columns: stability, margins, audits, time lines.

What belongs here: which tables these are, and how they are told to the page. What does not: the encoding itself
(`page_data`), what is shown of it (`site/trust.js`, `site/timeline.js`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.months import Month
from assets.publication.page_data import OUTLINE_TOLERANCE_DEGREES, Table, details_of, encode_details, encode_table
from assets.publication.page_geometry import encode_outlines
from assets.warehouse.declarations import declared_tables

MONTH = "%Y-%m"
TYPES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "varchar": pl.String,
    "date": pl.Date,
    "bigint": pl.Int64,
    "double": pl.Float64,
    "boolean": pl.Boolean,
    "decimal(18,2)": pl.Decimal(18, 2),
}
CLUSTER_MONTHS = ("month", "profile", "cluster_id", "firms", "cluster_type")
"""Columns of `publication.clusters` that a cluster's time line is drawn from."""


EVENT = (
    "profile",
    "cluster_id",
    "event",
    "earlier_cluster_id",
    "earlier_name",
    "earlier_type",
    "cluster_type",
    "cause",
)
"""Columns of `publication.history` that the page tells an event by."""
TABLES = {
    "stability": "publication.stability",
    "stable_outlines": "publication.stable_outlines",
    "criterion_margins": "publication.criterion_margins",
    "cluster_audit": "publication.cluster_audit",
    "localisation": "publication.localisation",
    "method_agreement": "publication.method_agreement",
    "agreement_map": "publication.agreement_map",
    "unplaced_money": "trust.unplaced_money",
    "history": "publication.history",
    "timeline": "publication.timeline",
    "cluster_months": "publication.clusters",
}
"""The tables that the frames of TrustTables are of, by name."""
OF_MONTHS = {"history": "history", "timeline": "timelines", "cluster_months": "cluster_months"}
"""Those that have rows of the months before too -> the release's input that reads them."""


@dataclass(frozen=True)
class TrustTables:
    """Rows of one month, all profiles; the time lines and the history have those of the months before it too."""

    stability: pl.DataFrame
    stable_outlines: pl.DataFrame
    criterion_margins: pl.DataFrame
    cluster_audit: pl.DataFrame
    localisation: pl.DataFrame
    method_agreement: pl.DataFrame
    agreement_map: pl.DataFrame
    """Of the downloads and the report alone."""
    unplaced_money: pl.DataFrame
    history: pl.DataFrame
    timeline: pl.DataFrame
    cluster_months: pl.DataFrame
    """CLUSTER_MONTHS of `publication.clusters`."""


def no_trust() -> TrustTables:
    """Tables without rows: of a month that has none of it."""
    return TrustTables(**{name: _no_rows(table, name) for name, table in TABLES.items()})


def _no_rows(table: str, name: str) -> pl.DataFrame:
    columns = declared_tables()[table].columns
    wanted = CLUSTER_MONTHS if name == "cluster_months" else [column.name for column in columns]
    return pl.DataFrame(schema={column.name: TYPES[column.type] for column in columns if column.name in wanted})


def encode_trust(month: Month, trust: TrustTables, clusters: pl.DataFrame) -> dict[str, Table]:
    """The tables for the page of a month; rows about clusters have those of `clusters`, in its order."""
    # That a cluster goes on is most of a history, and told by its having a next month.
    told = trust.history.filter((pl.col("event") != "continuation") | (pl.col("month") == month.first_day))
    outlines = details_of(trust.stable_outlines.sort("profile", "cluster_id", "share"), clusters)
    return {
        "stability": encode_details(trust.stability, clusters),
        "stable_outlines": encode_table(outlines)
        | {"outlines": encode_outlines(outlines["outline_wkt"], OUTLINE_TOLERANCE_DEGREES)},
        "margins": encode_details(trust.criterion_margins, clusters),
        "audits": encode_details(trust.cluster_audit, clusters),
        "history": encode_details(_dated(told).select("at", *EVENT), clusters),
        "cluster_months": encode_details(_dated(trust.cluster_months), clusters),
        "timeline": encode_table(_dated(trust.timeline)),
        "localisation": encode_table(trust.localisation),
        "method_agreement": encode_table(trust.method_agreement),
        "unplaced_money": encode_table(
            trust.unplaced_money.with_columns(pl.col("gbp", "placed_gbp").cast(pl.Float64).round(0))
        ),
    }


def _dated(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of several months, in their order, told apart by `at`: 2025-05."""
    return rows.sort("month", maintain_order=True).with_columns(at=pl.col("month").dt.strftime(MONTH))
