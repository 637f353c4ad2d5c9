"""Any table as columns of text, whatever kind of file it is in, from where its header stands.

What belongs here: which kinds there are, and tables in Parquet. What does not: delimited text (`separated`), workbooks
(`workbooks`), what a column means (`columns`, `tables`, the readers).
"""

from __future__ import annotations

import polars as pl

from assets.sources.files.kinds import Part, unreadable
from assets.sources.files.parquet_files import check_parquet
from assets.sources.files.separated import COMMA, TAB, separated
from assets.sources.files.text_table import Fits, TextTable
from assets.sources.files.workbooks import table_of_workbook
from assets.sources.problems import DropError, Problem


def text_table(part: Part, fits: Fits = any) -> TextTable:
    """A plain CSV, TSV, Parquet or XLSX file as text columns; `fits` says of a row's values whether it is the header.

    Where no row among the first is, the table has the first row as its header. Raises DropError where the file cannot
    be read, a row has more or fewer values than the header, or two sheets of a workbook have such a header.
    """
    match part.kind:
        case "csv":
            return separated(part, COMMA, fits)
        case "tsv":
            return separated(part, TAB, fits)
        case "parquet":
            return _parquet(part)
        case "xlsx":
            return table_of_workbook(part, fits)
    expected = "csv, csv.gz, parquet, xlsx, tsv or a zip of csv"
    raise DropError(Problem(part.name, f"a file of kind {part.kind!r}", expected, "Export it as one of these"))


def _parquet(part: Part) -> TextTable:
    check_parquet(part.path, part.name)
    try:
        schema = pl.read_parquet_schema(part.path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(part, error) from error
    flat = {name: kind for name, kind in schema.items() if not kind.is_nested() and kind != pl.Binary}
    columns = [pl.col(name).cast(pl.String).alias(str(position)) for position, name in enumerate(flat)]
    rows = pl.scan_parquet(part.path, glob=False).select(columns).with_row_index("row", offset=2)
    return TextTable(part, tuple(flat), rows)
