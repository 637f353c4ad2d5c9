"""The step that says where the month's figures come from: one table for map, report, workbook, downloads and package.

What belongs here: what is told of a drop by how it came. What does not: who publishes a dataset (`origins`), where a
fetched drop came from (`sources.fetched_files`), how it is shown (`source_drops`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import polars as pl

from assets.method import MethodProfile
from assets.months import Month
from assets.origins import FETCHED, SHIPPED, origin_of
from assets.reference import SHIPPED_AS_OF
from assets.warehouse.declarations import declared_tables
from assets.warehouse.inputs import inputs_of
from assets.warehouse.steps import Outside, Rows, StepContext, step

TABLE = "publication.source_files"
BY_FETCH, CHANGED_SINCE, BY_HAND = "fetched", "fetched, changed since", "put there by hand"
WITH_THE_CODE = "shipped with this project"
TYPES: dict[str, Any] = {
    "as_of": pl.Date,
    "released": pl.Date,
    "fetched_at": pl.Datetime("us"),
    "bytes": pl.Int64,
    "drop_bytes": pl.Int64,
    "is_synthetic": pl.Boolean,
}
KEPT = ("release", "released", "file", "address", "fetched_at", "bytes", "sha256", "headers")
"""Columns of a fetched file that stand as its provenance has them."""
QUERY = inputs_of("publication", ("drop_files",))["drop_files"]


def _decides(connection: duckdb.DuckDBPyConnection, month: Month, profiles: Sequence[MethodProfile]) -> object:
    # What lies beside a drop of where it came from can change where the drop does not.
    return connection.execute(QUERY, {"month": month.first_day}).fetchall()


@step(
    tables=[TABLE],
    inputs=("drop_files",),
    reads=["sources.drops"],
    lineage={
        f"{TABLE}.came": ["drop_files.is_as_fetched", "drop_files.as_of"],
        f"{TABLE}.title": ["drop_files.dataset"],
        f"{TABLE}.file": ["drop_files.file", "drop_files.path"],
        f"{TABLE}.bytes": ["drop_files.bytes", "drop_files.drop_bytes"],
        f"{TABLE}.sha256": ["drop_files.sha256", "drop_files.drop_sha256"],
        **{
            f"{TABLE}.{column}": [f"drop_files.{column}", "drop_files.dataset"]
            for column in ("publisher", "licence", "licence_address", "attribution")
        },
    },
    reaches_outside=Outside(_decides, lambda connection, month: True),
)
def source_files(ctx: StepContext) -> Rows:
    """Every file of the month's drops, with whose it is and how it came.

    A fetched drop is told of as its provenance says; any other by what is known of its dataset, in one row.
    """
    columns = [column.name for column in declared_tables()[TABLE].columns if column.name != "month"]
    rows = [_row(found) for found in ctx.input("drop_files").iter_rows(named=True)]
    return {TABLE: pl.DataFrame(rows, schema={name: TYPES.get(name, pl.String) for name in columns})}


def _row(found: Mapping[str, Any]) -> dict[str, Any]:
    is_shipped, is_fetched = found["as_of"] == SHIPPED_AS_OF, found["file"] is not None
    origin = origin_of(found["dataset"], SHIPPED if is_shipped else FETCHED if is_fetched else None)
    row = {name: found[name] for name in ("dataset", "is_synthetic", "drop_bytes", "drop_sha256")}
    row |= {"title": origin.title, "as_of": None if is_shipped else found["as_of"]}
    if is_fetched:
        return row | {
            **{name: found[name] for name in KEPT},
            "came": BY_FETCH if found["is_as_fetched"] else CHANGED_SINCE,
            "publisher": found["publisher"],
            "licence": found["licence"],
            "licence_address": found["licence_address"] or None,
            "attribution": found["attribution"] or None,
        }
    return row | {
        **dict.fromkeys(KEPT),
        "came": WITH_THE_CODE if is_shipped else BY_HAND,
        "publisher": origin.publisher,
        "licence": origin.licence.title,
        "licence_address": origin.licence.path,
        "attribution": origin.attribution_in(found["as_of"].year),
        "file": found["path"],
        "bytes": found["drop_bytes"],
        "sha256": found["drop_sha256"],
    }
