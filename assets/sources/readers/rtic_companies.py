"""`rtic_companies`: firms of the Real-Time Industrial Classifications, one row a firm."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.files.batches import batches, joined
from assets.sources.plausibility.measures import Measure
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CRN, POUNDS, TEXT, WHOLE_NUMBER, Column, Kind, plain_as_it_is, quick_first
from assets.sources.values.tables import Table

COMPANIES = "sources.rtic_companies"
SECTORS = "sources.rtic_company_sectors"
CODES = r"^RTIC[0-9]{4}(?:[0-9]{2})?(?:,RTIC[0-9]{4}(?:[0-9]{2})?)*$"
"""A code and others after it, as they are once they have been read."""
SECTOR_LENGTH = len("RTIC0052")


def _is_codes(text: pl.Expr) -> pl.Expr:
    return text.str.contains(CODES)


def _rtic_codes(text: pl.Expr) -> pl.Expr:
    written = text.str.to_uppercase().str.replace_all(r"\s", "").str.strip_chars(",;")
    codes = written.str.replace_all(r"[,;]+", ",")
    return pl.when(_is_codes(codes)).then(codes)


RTIC_CODES = Kind(
    "RTIC codes (RTIC and 4 digits, then 2 for a vertical) with commas between",
    quick_first(plain_as_it_is(_is_codes), _rtic_codes, pl.String),
)
COLUMNS = (
    Column("company_number", ("company_number",), CRN),
    Column("company_name", ("company_name",), TEXT),
    Column("rtic_codes", ("rtic_codes",), RTIC_CODES, "nullable"),
    Column("employees", ("employees",), WHOLE_NUMBER, "nullable", "max_employees"),
    Column("turnover_gbp", ("turnover",), POUNDS, "nullable", "max_turnover_gbp"),
    Column("website", ("website",), TEXT, "optional"),
)
DESCRIPTION = Column("description", ("description",), TEXT, "optional")
"""Read for `texts` alone."""


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Firms, and the sectors of each: a vertical (RTIC005201) counts for its sector (RTIC0052), once.

    Sectors stand in the order of the codes; a firm without a code is in none, as most are. Raises DropError where no
    firm has one: then what was lost are the codes.
    """
    table = Table(delivery, COLUMNS, desk)
    table.require_unique("company_number")
    _require_codes(table, delivery)
    companies = table.rows.select(column.name for column in COLUMNS if column.name != "rtic_codes")
    codes = pl.col("rtic_codes").str.split(",").list.eval(pl.element().str.head(SECTOR_LENGTH))
    sectors = (
        table.rows.filter(pl.col("rtic_codes").is_not_null())
        .select("company_number", rtic_code=codes.list.unique(maintain_order=True))
        .explode("rtic_code")
    )
    return Reading(
        {COMPANIES: table.write("rtic_companies", companies), SECTORS: table.write("rtic_company_sectors", sectors)},
        table.rejected,
        codes=(table.codes("rtic_codes"),),
    )


def _require_codes(table: Table, delivery: Delivery) -> None:
    """Raise DropError where not one row has a code."""
    if table.rows.select(pl.col("rtic_codes").is_null().all()).collect().item():
        raise DropError(
            Problem(
                delivery.drop.path,
                f"none of the {table.rows_read:,} rows has a code",
                f"{RTIC_CODES.expected} in the rows of firms that are in an emerging sector, empty in the others",
                "Export the file again, with the codes of its firms",
                column=table.label("rtic_codes"),
            )
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
    reader_version=2,
    profiled=(
        Measure(COMPANIES, "employees", "employees", "count", "expected"),
        Measure(COMPANIES, "turnover_gbp", "turnover", "money", "expected"),
        Measure(COMPANIES, "rtic_codes", "rtic_codes", "code", "optional"),
    ),
)
