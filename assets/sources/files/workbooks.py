"""Tables in workbooks: which sheet has the table, where its header stands, what a cell says that is an error.

What belongs here: sheets as columns of text. What does not: what protects memory from a workbook (`spreadsheets`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import fastexcel
import polars as pl

from assets.sources.files.kinds import SEND_AGAIN, Part, unreadable
from assets.sources.files.spreadsheets import Sheet, check_reach, check_workbook
from assets.sources.files.text_table import HEADER_SEARCH_ROWS, Fits, TextTable
from assets.sources.problems import DropError, Problem, shown

SPREADSHEET_ERRORS = {
    "NA": "#N/A",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "Div0": "#DIV/0!",
    "Name": "#NAME?",
    "Num": "#NUM!",
    "Null": "#NULL!",
    "GettingData": "#GETTING_DATA",
}
"""What stands in a cell that a spreadsheet could not work out, by the library's name of it."""
OTHER_ERROR = "#ERROR"
"""What is put for one that the library has no name of."""
ERROR_TEXTS = (
    *SPREADSHEET_ERRORS.values(),
    OTHER_ERROR,
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#BUSY!",
    "#UNKNOWN!",
)
"""Those, and what newer spreadsheets write as text."""


MOST_NAMED = 10
"""Sheets that a message names."""


@dataclass(frozen=True)
class _Loaded:
    name: str
    cells: pl.DataFrame
    """All rows where the header is among the first, else these."""
    header_row: int | None
    """The row that fits, the first being 1; None where none of the first does."""


def table_of_workbook(part: Part, fits: Fits) -> TextTable:
    """The one sheet that has the header among its first rows, as text columns; the first with anything in it where none
    has. A hidden sheet is looked at where no other has it. Raises DropError as `text_table`."""
    sheets = check_workbook(part.path, part.name, part.bounds)
    try:
        book = fastexcel.read_excel(part.path)
        names = book.sheet_names
    except fastexcel.FastExcelError as error:
        raise unreadable(part, error) from error
    # Where a workbook lists its sheets in a way of its own, nothing is known of them but what the library says.
    known = sheets if len(sheets) == len(names) else [Sheet(name, False, 0, 0) for name in names]
    for is_hidden in (False, True):
        looked_at = [
            _load(part, book, position, sheet, fits)
            for position, sheet in enumerate(known)
            if sheet.is_hidden == is_hidden
        ]
        having = [sheet for sheet in looked_at if sheet.header_row is not None]
        if having:
            return _the_one(part, having)
        if not is_hidden:
            visible = looked_at
    filled = [sheet for sheet in (*visible, *looked_at) if sheet.cells.height]
    if not filled:
        raise DropError(Problem(part.name, "every sheet is empty", "a sheet with a header and rows", SEND_AGAIN))
    return _table(part, filled[0], names)


def _the_one(part: Part, having: list[_Loaded]) -> TextTable:
    if len(having) > 1:
        found = f"the sheets {_listed([sheet.name for sheet in having])} have the table"
        remedy = "Take out the sheets that say it again, or give each as a file of its own in a folder"
        raise DropError(Problem(part.name, found, "one sheet with the table", remedy))
    return _table(part, having[0])


def _table(part: Part, sheet: _Loaded, none_of: list[str] | None = None) -> TextTable:
    row = sheet.header_row or 1
    header = tuple(value or "" for value in sheet.cells.row(row - 1))
    rows = sheet.cells.slice(row).with_row_index("row", offset=row + 1).lazy()
    looked_at = f"of the sheets {_listed(none_of)} none has it, and this is of {sheet.name!r}" if none_of else ""
    return TextTable(part, header, rows, row, looked_at=looked_at if none_of and len(none_of) > 1 else "")


def _listed(names: list[str]) -> str:
    return ", ".join([*(repr(shown(name)) for name in names[:MOST_NAMED]), *(["..."] if names[MOST_NAMED:] else [])])


def _load(part: Part, book: fastexcel.ExcelReader, position: int, sheet: Sheet, fits: Fits) -> _Loaded:
    check_reach(sheet, part.name, part.bounds)
    try:
        loaded = book.load_sheet(position, header_row=None, skip_rows=0, dtypes="string")
        cells, errors = loaded.to_arrow_with_errors()
    except fastexcel.FastExcelError as error:
        raise unreadable(part, error) from error
    frame = _with_errors(pl.DataFrame(cells), errors)
    frame = frame.rename({name: str(number) for number, name in enumerate(frame.columns)})
    head = frame.head(HEADER_SEARCH_ROWS)
    first = (tuple(value or "" for value in row) for row in head.iter_rows())
    header_row = next((number for number, row in enumerate(first, start=1) if fits(row)), None)
    return _Loaded(sheet.name, frame if header_row else head, header_row)


def _with_errors(sheet: pl.DataFrame, errors: fastexcel.CellErrors | None) -> pl.DataFrame:
    """The cells of a sheet, with `#N/A` and its like where the library has nothing for what could not be worked out."""
    at: dict[int, list[tuple[int, str]]] = {}
    for error in errors.errors if errors else ():
        row, column = error.position
        kind = re.search(r"Error\((\w+)\)", error.detail)
        at.setdefault(column, []).append((row, SPREADSHEET_ERRORS.get(kind[1] if kind else "", OTHER_ERROR)))
    for column, found in at.items():
        rows, texts = zip(*found, strict=True)
        sheet.replace_column(column, sheet.to_series(column).scatter(rows, texts))
    return sheet
