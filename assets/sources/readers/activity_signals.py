"""`patents` and `rd_tax_claims`: further signals that an organisation does research, one row a signal."""

from __future__ import annotations

import functools

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import Measure
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CRN, DATE, POUNDS, TEXT, Column
from assets.sources.values.tables import Table

TABLE = "sources.activity_signals"
COLUMNS = (
    Column("organisation_name", ("organisation_name",), TEXT),
    Column("crn", ("crn",), CRN.or_null(), "nullable"),
    Column("activity_date", ("date",), DATE),
    Column("amount_gbp", ("amount",), POUNDS, "nullable", "max_award_gbp"),
)
PROFILED = (
    Measure(TABLE, "amount_gbp", "amount", "money", "optional"),
    Measure(TABLE, "crn", "crn", "code", "optional"),
)


def read(name: str, delivery: Delivery, desk: Desk) -> Reading:
    """Signals, each under the number of its row in the drop."""
    table = Table(delivery, COLUMNS, desk)
    rows = table.rows.select(
        pl.lit(name).alias("dataset"), pl.col("drop_row").alias("row_number"), *(column.name for column in COLUMNS)
    )
    return Reading({TABLE: table.write(name, rows)}, table.rejected, codes=(table.codes("crn"),))


PATENTS = Dataset(
    "patents",
    (TABLE,),
    functools.partial(read, "patents"),
    lacking="patents as a signal of RD&I activity",
    scoped_by_dataset=True,
    profiled=PROFILED,
    reader_version=3,
)
RD_TAX_CLAIMS = Dataset(
    "rd_tax_claims",
    (TABLE,),
    functools.partial(read, "rd_tax_claims"),
    lacking="R&D tax claims as a signal of RD&I activity",
    scoped_by_dataset=True,
    profiled=PROFILED,
    reader_version=3,
)
