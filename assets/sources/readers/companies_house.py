"""`companies_house`: BasicCompanyData, the open stand-in for the register. No employees, no turnover, one address."""

from __future__ import annotations

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CRN, DATE, POSTCODE, TEXT, Column, Kind, known_sic2007
from assets.sources.values.tables import Table

COMPANIES = "sources.companies_house"
SIC = "sources.companies_house_sic"
NOT_TRADING = ("99999", "74990")
"""Marks of dormant and non-trading companies, which are no activity of SIC 2007."""


def _sic_text(text: pl.Expr) -> pl.Expr:
    code = text.str.extract(r"^([0-9]{5})\b", 1)
    return pl.when(code.is_in(known_sic2007().implode()) & ~code.is_in(NOT_TRADING)).then(code)


SIC_TEXT = Kind("a SIC 2007 code and its text", _sic_text).or_null()
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
    """Active companies, and their SIC 2007 codes.

    A company in liquidation, administration or dissolved is left out, and so is a text that is no SIC 2007 code
    ("None Supplied", codes of 2003, the marks of dormant and non-trading companies). Company numbers are unique.
    """
    table = Table(delivery, (*COLUMNS, *SIC_COLUMNS), desk)
    table.require_unique("company_number")
    active = table.rows.filter(pl.col("status").str.to_lowercase().str.starts_with("active"))
    companies = table.write("companies_house", active.select(column.name for column in COLUMNS))
    codes = pl.concat_list(column.name for column in SIC_COLUMNS).list.drop_nulls().list.unique(maintain_order=True)
    sic = active.select("company_number", sic2007=codes).filter(pl.col("sic2007").list.len() > 0).explode("sic2007")
    count = pl.scan_parquet(companies, glob=False).select(pl.len()).collect().item()
    note = f"companies_house: {count} active companies of {table.rows_read}"
    return Reading({COMPANIES: companies, SIC: table.write("companies_house_sic", sic)}, table.rejected, (note,))


COMPANIES_HOUSE = Dataset(
    "companies_house",
    (COMPANIES, SIC),
    read,
    lacking="the open register",
    reader_version=2,
)
