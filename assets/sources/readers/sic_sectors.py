"""`sic_sectors`: the broad sector of each SIC prefix. A drop takes the shipped list's place, whole."""

from __future__ import annotations

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import TEXT, Column, Kind
from assets.sources.values.sic_codes import known_sic2007
from assets.sources.values.statements import CLASSIFICATION, of_year_stated, stated
from assets.sources.values.tables import Table

TABLE = "reference.sic_sectors"


def _prefix(text: pl.Expr) -> pl.Expr:
    codes = known_sic2007()
    prefixes = pl.concat([codes.str.head(digits) for digits in range(2, 6)]).unique()
    return pl.when(text.is_in(prefixes.implode())).then(text)


PREFIX = Kind("the first 2 to 5 digits of SIC 2007 codes, with the zero that some begin with (01, 0111)", _prefix)
COLUMNS = (
    Column(
        "sic2007_prefix",
        ("sic2007_prefix", "sic2026_prefix", "sic_prefix"),
        of_year_stated(PREFIX, "[0-9]{2,5}"),
    ),
    Column("sector", ("sector",), TEXT),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Prefixes and their sectors; a prefix stands once. The drop may state that they are of a later year than 2007."""
    table = Table(delivery, (*COLUMNS, CLASSIFICATION), desk)
    table.require_unique("sic2007_prefix")
    rows = table.rows.select("sic2007_prefix", "sector").collect()
    return Reading({TABLE: rows}, table.rejected, statements=stated(table, delivery, CLASSIFICATION))


SIC_SECTORS = Dataset(
    "sic_sectors", (TABLE,), read, lacking="the publisher's own 32 sectors", shipped="sic_sectors", reader_version=2
)
