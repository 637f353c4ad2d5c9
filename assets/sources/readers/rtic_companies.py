"""`rtic_companies`: firms of the Real-Time Industrial Classifications, one row a firm."""

from __future__ import annotations

import polars as pl

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


RTIC_COMPANIES = Dataset(
    "rtic_companies",
    (COMPANIES, SECTORS),
    read,
    lacking="the 46 emerging sectors",
)
