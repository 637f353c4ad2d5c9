"""`rtic_companies`: firms of the Real-Time Industrial Classifications, one row a firm."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from assets.sources.batches import batches, joined
from assets.sources.columns import CRN, POUNDS, TEXT, WHOLE_NUMBER, Column, Kind
from assets.sources.datasets import Dataset
from assets.sources.reading import Delivery, Desk, Reading
from assets.sources.tables import Table

COMPANIES = "sources.rtic_companies"
SECTORS = "sources.rtic_company_sectors"


def _rtic_codes(text: pl.Expr) -> pl.Expr:
    codes = text.str.to_uppercase().str.replace_all(r"\s", "").str.strip_chars(",;")
    return pl.when(codes.str.contains(r"^RTIC[0-9]{4}(?:[0-9]{2})?(?:[,;]+RTIC[0-9]{4}(?:[0-9]{2})?)*$")).then(codes)


RTIC_CODES = Kind("RTIC codes (RTIC and 4 digits, then 2 for a vertical) with commas between", _rtic_codes)
COLUMNS = (
    Column("company_number", ("company_number",), CRN),
    Column("company_name", ("company_name",), TEXT),
    Column("rtic_codes", ("rtic_codes",), RTIC_CODES),
    Column("employees", ("employees",), WHOLE_NUMBER, "nullable"),
    Column("turnover_gbp", ("turnover",), POUNDS, "nullable"),
    Column("website", ("website",), TEXT, "optional"),
)
DESCRIPTION = Column("description", ("description",), TEXT, "optional")
"""Read for `texts` alone."""


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Firms, and the sectors of each: a vertical (RTIC005201) counts for its sector (RTIC0052), once."""
    table = Table(delivery, COLUMNS, desk)
    table.require_unique("company_number")
    companies = table.rows.select(column.name for column in COLUMNS if column.name != "rtic_codes")
    sectors = table.rows.select(
        "company_number", rtic_code=pl.col("rtic_codes").str.extract_all(r"RTIC[0-9]{4}").list.unique().list.sort()
    ).explode("rtic_code")
    return Reading(
        {COMPANIES: table.write("rtic_companies", companies), SECTORS: table.write("rtic_company_sectors", sectors)},
        table.rejected,
    )


def texts(delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Name and, where there is one, description of each firm, by company number."""
    table = Table(delivery, (*COLUMNS, DESCRIPTION), desk)
    rows = table.rows.select(key="company_number", text=joined("company_name", "description"))
    yield from batches(table.write("texts", rows), batch_rows)


RTIC_COMPANIES = Dataset(
    "rtic_companies",
    (COMPANIES, SECTORS),
    read,
    lacking="the 46 emerging sectors, and businesses in the Index where they have no drop of their own",
    texts=texts,
)
