"""Frames as their tables are declared: what a step gives of a table, in its order."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from assets.warehouse.declarations import declared_tables

ADDED_BY_THE_RUN = ("month", "profile", "profile_fingerprint")
"""Columns that running a step adds (`steps`), of a step that is made for each profile by itself."""


def as_declared(table: str, frame: pl.DataFrame, added: Collection[str] = ADDED_BY_THE_RUN) -> pl.DataFrame:
    """The table's columns but those added, ordered by its key; of an empty frame without columns none of any type."""
    declared = declared_tables()[table]
    columns = [column.name for column in declared.columns if column.name not in added]
    if not frame.width:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.Null))
    return frame.select(columns).sort([name for name in declared.key if name not in added], nulls_last=True)
