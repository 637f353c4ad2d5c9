"""`accounts`: Companies House's accounts data: employees and turnover of companies, as they filed them.

Each filing is a page of inline XBRL, and hundreds of thousands are in a ZIP of a month. `account_filings` reads them, a
filing at a time, in a process of its own. What belongs here: which figures of a company count. What does not: the
tags and numbers of a filing, which the package `stream-read-xbrl` knows.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.files.kinds import SEND_AGAIN, Part
from assets.sources.plausibility.measures import Measure
from assets.sources.problems import DropError, Problem
from assets.sources.readers.account_filings import COLUMNS, DAMAGED
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CRN, MONEY
from assets.sources.values.refusals import check_share, rejected_rows

TABLE = "sources.accounts"
MODULE = "assets.sources.readers.account_filings"
EXPECTED = {"employees": "max_employees", "turnover_gbp": "max_turnover_gbp"}
"""Figures that are kept, and the parameter that bounds each."""


def read(delivery: Delivery, desk: Desk) -> Reading:
    """The figures of each company at each of its balance-sheet dates.

    A filing tells of the year before too, and some of parts of the company: only its own year is read, the one that
    ends at the balance sheet's date, and only of the whole company.
    Of two filings for one company and date the later by name counts. A figure that is negative or beyond its bound
    refuses the filing; a filing without any figure is passed over and counted.
    """
    staged = [_filings_of(part, desk.scratch, number) for number, part in enumerate(delivery.parts)]
    rows = pl.concat([pl.scan_csv(path, schema=dict.fromkeys(COLUMNS, pl.String)) for path in staged]).with_row_index(
        "row", offset=1
    )
    read_rows = rows.with_columns(
        number=CRN.parse(pl.col("company")),
        day=pl.col("balance_sheet_date").str.to_date(strict=False),
        employees=pl.col("employees").cast(pl.Decimal(24, 6), strict=False),
        turnover_gbp=pl.col("turnover").cast(pl.Decimal(24, 6), strict=False),
    )
    all_filings = read_rows.select(pl.len()).collect().item()
    if all_filings == 0:
        expected = "members as Prod223_3785_03412345_20240331.html"
        raise DropError(Problem(delivery.drop.path, "there is no filing in the drop", expected, SEND_AGAIN))
    failing = _failing(read_rows, desk).collect()
    failed = failing["row"].unique()
    check_share(len(failed), all_filings, failing, desk)
    told = read_rows.filter(~pl.col("row").is_in(failed.implode()), pl.any_horizontal(pl.col(*EXPECTED).is_not_null()))
    accounts = (
        told.sort("number", "day", "file")
        .unique(["number", "day"], keep="last", maintain_order=True)
        .select(
            company_number="number",
            balance_sheet_date="day",
            employees=pl.col("employees").cast(pl.Float64).round().cast(pl.Int64),
            turnover_gbp=pl.col("turnover_gbp").cast(MONEY),
        )
    )
    target = desk.scratch / "accounts.parquet"
    accounts.sink_parquet(target)
    kept = pl.scan_parquet(target, glob=False).select(pl.len()).collect().item()
    note = f"accounts: {kept} of {all_filings} filings give employees or turnover"
    return Reading({TABLE: target}, rejected_rows(failing), (note,))


def _failing(rows: pl.LazyFrame, desk: Desk) -> pl.LazyFrame:
    """What is wrong with filings: `file, row, column_name, value, expected`, a row for each failing figure."""
    place = ("file", "row")
    failing = [
        rows.filter(pl.col("error").is_not_null()).select(
            *place, column_name=pl.lit("filing"), value="error", expected=pl.lit("a filing that can be read")
        ),
        rows.filter(pl.col("error").is_null() & pl.col("number").is_null()).select(
            *place, column_name=pl.lit("company number"), value="company", expected=pl.lit(CRN.expected)
        ),
        rows.filter(pl.col("error").is_null() & pl.col("day").is_null()).select(
            *place,
            column_name=pl.lit("balance sheet date"),
            value="balance_sheet_date",
            expected=pl.lit("a date: YYYY-MM-DD"),
        ),
    ]
    for name, parameter in EXPECTED.items():
        limit = getattr(desk.limits, parameter)
        wrong = ~pl.col(name).is_between(0, limit)
        expected = f"a number from 0 to {limit:,.0f}, which is {parameter}"
        failing.append(
            rows.filter(wrong).select(
                *place, column_name=pl.lit(name), value=pl.col(name).cast(pl.String), expected=pl.lit(expected)
            )
        )
    return pl.concat(failing).sort("row", "column_name")


def _filings_of(part: Part, scratch: Path, number: int) -> Path:
    """The figures of a ZIP's filings in a CSV file.

    The package starts processes by a fork, which a process with threads of its own must not do: another one calls it.
    """
    target = scratch / f"filings-{number}.csv"
    command = [sys.executable, "-m", MODULE, str(part.path), part.name, str(target), str(part.bounds.unpacked_bytes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = next(reversed(done.stderr.strip().splitlines()), "no reason given")
        found = last if done.returncode == DAMAGED else f"the filings cannot be read ({last})"
        raise DropError(Problem(part.name, found, "a whole ZIP of filings (inline XBRL)", SEND_AGAIN))
    return target


ACCOUNTS = Dataset(
    "accounts",
    (TABLE,),
    read,
    lacking="employees and turnover as companies filed them",
    reader_version=2,
    profiled=(
        Measure(TABLE, "employees", "AverageNumberEmployeesDuringPeriod", "count", "expected"),
        Measure(TABLE, "turnover_gbp", "TurnoverRevenue", "money", "optional"),
    ),
)
