"""`companies_house`: BasicCompanyData, the open stand-in for the register. No employees, no turnover, one address."""

from __future__ import annotations

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import Measure
from assets.sources.problems import shown
from assets.sources.reading.contract import Codes, Delivery, Desk, Reading
from assets.sources.values.columns import CRN, DATE, POSTCODE, TEXT, Column, Kind
from assets.sources.values.sic_codes import sic2007_of_register
from assets.sources.values.tables import Table

COMPANIES = "sources.companies_house"
SIC = "sources.companies_house_sic"
NO_ACTIVITY = r"(?i)^(?:none supplied|(?:99999|9999|74990|7499)\b.*)$"
"""What the register writes for companies without an activity: nothing supplied, dormant, not trading."""
AT_WORK = r"(?i)^(?:active|live)\b"
"""How the status of a company begins that is at work, if a receiver manages what one of its charges is on."""
STATUSES_SHOWN = 5
"""Of the companies left out, the statuses that the report names."""


SIC_TEXT = Kind("a SIC 2007 code and its text", sic2007_of_register).or_null(
    says_none=lambda text: text.str.contains(NO_ACTIVITY)
)
SIC_COLUMNS = tuple(Column(f"sic_{n}", (f"SICCode.SicText_{n}",), SIC_TEXT, "nullable") for n in range(1, 5))
COLUMNS = (
    Column("company_number", ("CompanyNumber",), CRN),
    Column("name", ("CompanyName",), TEXT),
    Column("postcode", ("RegAddress.PostCode",), POSTCODE.or_null(), "nullable"),
    Column("category", ("CompanyCategory",), TEXT, "nullable"),
    Column("status", ("CompanyStatus",), TEXT, "nullable"),
    Column("incorporation_date", ("IncorporationDate",), DATE, "nullable"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Active companies, and their SIC 2007 codes. Company numbers are unique.

    A company in liquidation, administration or dissolved is left out, and counted by its status. So is a text that is
    no SIC 2007 code: a code of 2003 (four digits; one of 2007 that lost its zero is told by its text), "None Supplied",
    the marks of dormant and non-trading companies. A line break within a name becomes a space.
    """
    table = Table(delivery, (*COLUMNS, *SIC_COLUMNS), desk)
    table.require_unique("company_number")
    is_active = pl.col("status").str.contains(AT_WORK).fill_null(False)
    active = table.rows.filter(is_active)
    one_line = pl.col("name").str.replace_all(r"\s+", " ")
    companies = table.write(
        "companies_house", active.select(column.name for column in COLUMNS).with_columns(name=one_line)
    )
    codes = pl.concat_list(column.name for column in SIC_COLUMNS).list.drop_nulls().list.unique(maintain_order=True)
    sic = active.select("company_number", sic2007=codes).filter(pl.col("sic2007").list.len() > 0).explode("sic2007")
    given = table.codes("sic2007", *(column.name for column in SIC_COLUMNS), where=is_active)
    postcodes = table.codes("postcode", where=is_active)
    return Reading(
        {COMPANIES: companies, SIC: table.write("companies_house_sic", sic)},
        table.rejected,
        tuple(_notes(table.rows.filter(~is_active), table.rows_read, given)),
        (given, postcodes),
    )


def _notes(left_out: pl.LazyFrame, rows_read: int, sic: Codes) -> list[str]:
    """How many companies are read, how many are not and of which status, and how many have no usable code."""
    statuses = (
        left_out.group_by(pl.col("status").fill_null("no status"))
        .agg(pl.len())
        .sort(["len", "status"], descending=[True, False])
        .collect()
    )
    notes = [f"companies_house: {sic.rows} active companies of {rows_read}"]
    if statuses.height:
        named = [f"{count} {shown(status)}" for status, count in statuses.head(STATUSES_SHOWN).iter_rows()]
        more = (
            [f"{statuses['len'][STATUSES_SHOWN:].sum()} of other statuses"] if statuses.height > STATUSES_SHOWN else []
        )
        notes.append(f"companies_house: left out are {statuses['len'].sum()}: {', '.join([*named, *more])}")
    if sic.rows > sic.given:
        first = f"; texts that are no code of SIC 2007: {sic.unread}, the first in {sic.example}" if sic.unread else ""
        notes.append(f"companies_house: {sic.rows - sic.given} of them have no SIC 2007 code that can be used{first}")
    return notes


COMPANIES_HOUSE = Dataset(
    "companies_house",
    (COMPANIES, SIC),
    read,
    lacking="the open register",
    reader_version=3,
    profiled=(
        Measure(COMPANIES, "sic2007", "SICCode.SicText", "code", "optional"),
        Measure(COMPANIES, "postcode", "RegAddress.PostCode", "code", "optional"),
    ),
)
