"""The data of the page: published tables as one compact script.

What belongs here: columns instead of rows, codes instead of repeated texts, outlines as steps, and the escaping that
makes any name harmless inside a script. What does not: what the page shows of it. `site/tables.js` reads what this
writes. Nothing here reads a table that disclosure control has not passed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from assets.publication.page_geometry import encode_outlines
from assets.publication.source_drops import SourceDrop
from assets.text_safety import json_text, visible

SIGNIFICANT_DIGITS = 4
"""Of shares, quotients and p-values; whole numbers are given whole."""
COORDINATE_DECIMALS = 4
OUTLINE_TOLERANCE_DEGREES = 0.0007
"""A corner nearer than this to the line without it is left out: 80 m north to south, 45 m west to east."""
COORDINATES = ("latitude", "longitude")
NOT_SHOWN = ("month", "profile_fingerprint", "outline_wkt", "hull_wkt", "shared_firms", "earlier_month")
"""Columns that every row shares, that stand elsewhere, or that the page has no use for. Firms shared with an earlier
cluster are not among what disclosure control has passed."""

Table = dict[str, Any]
"""`rows`: number of rows; `columns`: by name a list, or `values` and `codes` (positions in `values`, -1 for null)."""


def script(name: str, content: object) -> bytes:
    """`window.<name> = <content>;` that is safe in a script element and a file of its own, whatever the texts say."""
    return f"window.{name} = {json_text(content)};\n".encode("ascii")


def encode_table(frame: pl.DataFrame) -> Table:
    """The frame by columns. Dates are ISO texts, booleans 0 or 1, floats have four significant digits."""
    shown = frame.drop(NOT_SHOWN, strict=False)
    return {"rows": shown.height, "columns": {column.name: _encode_column(column) for column in shown}}


def _encode_column(column: pl.Series) -> object:
    if column.dtype == pl.Date:
        column = column.dt.to_string("%Y-%m-%d")
    if column.dtype == pl.Boolean:
        return column.cast(pl.Int8).to_list()
    if column.dtype == pl.String:
        values = column.drop_nulls().unique().sort()
        codes = column.replace_strict(values, range(len(values)), default=-1, return_dtype=pl.Int32)
        return {"values": [visible(value) for value in values], "codes": codes.to_list()}
    if column.dtype.is_float():
        rounded = (
            column.round(COORDINATE_DECIMALS)
            if column.name in COORDINATES
            else column.round_sig_figs(SIGNIFICANT_DIGITS)
        )
        return [_shortest(value) for value in rounded]
    return column.to_list()


def _shortest(value: float | None) -> float | int | None:
    """3 rather than 3.0; None for what JSON has no number for."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value


def encode_clusters(clusters: pl.DataFrame) -> Table:
    """A table of clusters with `outlines`: the encoded rings of each row, or null."""
    outlines = encode_outlines(clusters["outline_wkt"], OUTLINE_TOLERANCE_DEGREES)
    return encode_table(clusters) | {"outlines": outlines}


def encode_details(details: pl.DataFrame, clusters: pl.DataFrame) -> Table:
    """Rows about clusters, as `details_of` has them."""
    return encode_table(details_of(details, clusters))


def details_of(details: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Rows about clusters, their cluster told by `cluster`: its row in `clusters`, from 0. Rows of no cluster there
    are left out."""
    rows = clusters.select("profile", "cluster_id").with_row_index("cluster")
    return (
        details.join(rows, on=["profile", "cluster_id"], how="inner", maintain_order="left")
        .sort("cluster", maintain_order=True)
        .drop("profile", "cluster_id")
        .with_columns(pl.col("cluster").cast(pl.Int64))
    )


def encode_sources(drops: Sequence[SourceDrop]) -> list[dict[str, str | None]]:
    """What the page says of each drop that the month used."""
    return [
        {
            "title": drop.title,
            "publisher": drop.publisher,
            "release": drop.release,
            "dated": drop.dated,
            "how": drop.how,
            "licence": drop.licence,
            "licence_address": drop.licence_address,
            "attribution": drop.attribution,
        }
        for drop in drops
    ]


def encode_boundaries(boundaries: pl.DataFrame) -> Table:
    """`layer`, `name` of each area of reference.boundaries, with `outlines`, which are simplified already."""
    outlines = encode_outlines(boundaries["outline_wkt"], 0.0)
    return encode_table(boundaries.select("layer", "name")) | {"outlines": outlines}
