"""Workbooks: the header of the sheet that has the table, and the words of some columns."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from assets.sources.files.kinds import Part
from assets.sources.files.workbooks import table_of_workbook
from assets.sources.shapes.shape import FileKind, Found, Tally
from assets.sources.values.columns import header_key


def look_at_workbook(found: Found, kind: FileKind, tally: Tally) -> None:
    """Add a workbook's columns, rows and words. Raises DropError as a reader of it does."""
    wanted = {header_key(name) for name in kind.header}

    def fits(values: Sequence[str]) -> bool:
        return len(wanted & {header_key(value) for value in values}) * 2 >= max(1, len(wanted))

    table = table_of_workbook(Part(found.path, found.name), fits)
    tally.add_header(found.name, table.header)
    rows = table.rows.drop("row").collect()
    rows = rows.filter(pl.any_horizontal(pl.all().is_not_null())) if rows.width else rows
    tally.records += rows.height
    places = {header_key(name): str(place) for place, name in enumerate(table.header)}
    for column in kind.words:
        if (place := places.get(header_key(column))) is not None:
            tally.add_words(column, rows[place].value_counts().iter_rows())
