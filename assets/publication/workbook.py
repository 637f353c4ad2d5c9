"""The XLSX workbook of a month: a sheet for each download, a dictionary, the method, notes. Same rows, same bytes.

What belongs here: sheets and cells; no cell is ever a formula or a link. What does not: which rows, and what the notes
say.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from assets.months import Month
from assets.publication.downloads import OUTLINE, Download
from assets.publication.standing import Standing
from assets.synthetic import WORD
from assets.text_safety import is_formula, on_one_line

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

LONGEST_TEXT = 32_767
"""Characters that a cell of the format can hold."""
DRAFT = "NOT PUBLISHED"
"""The sheet before all others of what waits for approval."""
FURTHER_SHEETS = ("dictionary", "method", "notes")
PLAIN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}
WIDTHS = {"meaning": 90, "note": 120, "name": 36, "title": 48, "sha256": 66, "drop_sha256": 66}
WIDTHS |= {"publisher": 48, "licence": 36, "attribution": 90, "file": 48, "address": 72, "headers": 90}
USUAL_WIDTH = 18


def to_workbook(
    sheets: Sequence[tuple[Download, pl.DataFrame]],
    method: pl.DataFrame,
    notes: pl.DataFrame,
    month: Month,
    standing: Standing,
) -> bytes:
    """A workbook dated the month's first day. Outlines are left out: cells are too small for them.

    `method` and `notes` are frames of texts, one sheet each. Texts that a spreadsheet could take for a formula are
    marked as text (quote prefix), so that they stay text when someone edits them.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, PLAIN) as workbook:
        workbook.set_properties(
            {
                "title": f"{standing.mark}UK innovation clusters, {month}",
                "comments": " ".join(standing.banners),
                "created": datetime(month.year, month.number, 1),
            }
        )
        formats = {
            "heading": workbook.add_format({"bold": True, "bottom": 1}),
            "quoted": workbook.add_format({"quote_prefix": True}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        if standing.banners:
            _write_banners(workbook, standing)
        for download, rows in sheets:
            _write(workbook, formats, download.name, rows.drop(OUTLINE, strict=False))
        for name, rows in zip(
            FURTHER_SHEETS, (_dictionary([download for download, _ in sheets]), method, notes), strict=True
        ):
            _write(workbook, formats, name, on_one_line(rows))
    return buffer.getvalue()


def _write_banners(workbook: Workbook, standing: Standing) -> None:
    """A sheet before all others, which is the one that opens."""
    sheet = workbook.add_worksheet(WORD if standing.synthetic else DRAFT)
    sheet.set_column(0, 0, WIDTHS["note"])
    style = workbook.add_format({"bold": True, "font_size": 14, "font_color": "#a1123a", "text_wrap": True})
    for row, sentence in enumerate(standing.banners):
        sheet.write_string(row, 0, sentence, style)


def _dictionary(downloads: Sequence[Download]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "sheet": download.name,
                "column": column.name,
                "type": column.type,
                "may be empty": "yes" if column.nullable else "no",
                "meaning": column.description,
            }
            for download in downloads
            for column in download.columns
            if column.name != OUTLINE
        ],
        schema=dict.fromkeys(("sheet", "column", "type", "may be empty", "meaning"), pl.String),
    )


def _write(workbook: Workbook, formats: dict[str, Any], name: str, rows: pl.DataFrame) -> None:
    sheet = workbook.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, series in enumerate(rows):
        sheet.set_column(column, column, WIDTHS.get(series.name, USUAL_WIDTH))
        sheet.write_string(0, column, series.name, formats["heading"])
        for row, value in enumerate(series, start=1):
            if value is not None:
                _write_cell(sheet, formats, row, column, value)
    if rows.height:
        sheet.autofilter(0, 0, rows.height, rows.width - 1)


def _write_cell(sheet: Worksheet, formats: dict[str, Any], row: int, column: int, value: Any) -> None:
    if isinstance(value, str):
        style = formats["quoted"] if is_formula(value) else None
        sheet.write_string(row, column, value[:LONGEST_TEXT], style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, date):
        style = formats["moment" if isinstance(value, datetime) else "date"]
        sheet.write_datetime(row, column, value, style)
    elif math.isfinite(value):
        sheet.write_number(row, column, value)
