"""What stands in for the closed sources, in the publishers' own forms: the companies' register, counts of local units,
accounts, and projects of the European Union.

What belongs here: `companies_house`, `business_counts`, `accounts`, `cordis`, made from who there is and who works with
whom. What does not: any draw of its own that another drop would feel: what is chosen here follows from numbers alone.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from assets.months import Month
from synthetic_uk.directory import area_codes
from synthetic_uk.drops import chunks
from synthetic_uk.firms import Firms
from synthetic_uk.geography import Geography, Postcodes
from synthetic_uk.sectors import Sectors
from synthetic_uk.streams import scattered

BANDS = (
    (0, "1", "0 to 4"),
    (5, "2", "5 to 9"),
    (10, "3", "10 to 19"),
    (20, "4", "20 to 49"),
    (50, "5", "50 to 99"),
    (100, "6", "100 to 249"),
    (250, "7", "250 to 499"),
    (500, "8", "500 to 999"),
    (1000, "9", "1000+"),
)
"""Fewest employees, Nomis's code and name of each size band."""
ROUNDED_TO = 5
"""Counts are rounded to a multiple of this at full size; of a smaller country to as much less, at least to 1."""
FILE_EMPLOYEES, FILE_TURNOVER = 0.85, 0.05
"""Shares of companies whose accounts give their employees, and their turnover."""
MONTHS_A_YEAR = 12
FIXED_DATE = (2020, 1, 1, 0, 0, 0)
EUROPEAN_SHARE = 0.15
"""Of funded applications with several partners, those that are a project of the European Union too."""
PROJECT_HEADER = (
    "id", "acronym", "status", "title", "startDate", "endDate", "totalCost", "ecMaxContribution", "frameworkProgramme"
)  # fmt: skip
ORGANISATION_HEADER = (
    "projectID", "projectAcronym", "organisationID", "vatNumber", "name", "shortName", "SME", "activityType", "street",
    "postCode", "city", "country", "nutsCode", "geolocation", "organizationURL", "contactForm", "contentUpdateDate",
    "rcn", "order", "role", "ecContribution", "netEcContribution", "totalCost", "endOfParticipation", "active",
)  # fmt: skip
PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:core="http://xbrl.frc.org.uk/fr/2023-01-01/core">
<body><ix:header><ix:resources><xbrli:context id="y"><xbrli:entity>
<xbrli:identifier scheme="http://www.companieshouse.gov.uk/">{company}</xbrli:identifier></xbrli:entity>
<xbrli:period><xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate></xbrli:period>
</xbrli:context></ix:resources></ix:header>{facts}</body></html>
"""
FACT = '<ix:nonFraction name="core:{tag}" contextRef="y" unitRef="{unit}" decimals="0">{value}</ix:nonFraction>'


def register_rows(firms: Firms, sectors: Sectors, texts: pl.Series) -> Iterator[pl.DataFrame]:
    """Companies at their registered offices, in the columns of BasicCompanyData that say something, in chunks."""
    numbers = np.flatnonzero(firms.is_company)
    for part in chunks(len(numbers)):
        number = numbers[part]
        known = number < firms.enterprises
        code = firms.register.sic_code[np.where(known, number, 0)]
        named = pl.Series([f"{digits} - {sectors.sic_names[sector]}" for digits, sector in _codes(sectors)])
        empty = pl.Series([None] * len(number), dtype=pl.String)
        yield pl.DataFrame(
            {
                "CompanyName": firms.names(number).str.to_uppercase(),
                " CompanyNumber": firms.company_numbers(number),
                "RegAddress.PostCode": texts.gather(firms.home[number]),
                "CompanyCategory": ["Private Limited Company"] * len(number),
                "CompanyStatus": ["Active"] * len(number),
                "CountryOfOrigin": ["United Kingdom"] * len(number),
                "IncorporationDate": [f"{1 + each % 28:02d}/{1 + each % 12:02d}/{1990 + each % 30}" for each in number],
                "SICCode.SicText_1": named.gather(code).set(pl.Series(~known), "None Supplied"),
                **{f"SICCode.SicText_{place}": empty for place in (2, 3, 4)},
            }
        )


def _codes(sectors: Sectors) -> Iterator[tuple[str, int]]:
    return zip(sectors.sic_codes, sectors.sic_code_sector.tolist(), strict=True)


def count_rows(
    geography: Geography, postcodes: Postcodes, firms: Firms, sectors: Sectors, scale: float, year: int
) -> pl.DataFrame:
    """Local units by district, five-digit industry and size band in Nomis's columns, rounded; totals beside them."""
    register = firms.register
    districts = area_codes(geography).district
    lowest = np.array([low for low, _, _ in BANDS])
    band = np.searchsorted(lowest, register.unit_true_employees, side="right") - 1
    step = max(1, round(ROUNDED_TO * scale))
    units = pl.DataFrame(
        {
            "GEOGRAPHY_CODE": pl.Series(districts).gather(postcodes.town[register.unit_postcode]),
            "INDUSTRY_CODE": pl.Series(sectors.sic_codes).gather(register.sic_code[register.unit_enterprise]),
            "band": band,
        }
    )
    cells = units.group_by("GEOGRAPHY_CODE", "INDUSTRY_CODE", "band").len("OBS_VALUE")
    totals = cells.group_by("GEOGRAPHY_CODE", "INDUSTRY_CODE").agg(pl.col("OBS_VALUE").sum(), band=pl.lit(-1))
    rows = pl.concat([cells.cast({"band": pl.Int64}), totals.select(cells.columns).cast({"band": pl.Int64})])
    places = dict(zip(districts, geography.settlements.names, strict=False))
    return (
        rows.with_columns(OBS_VALUE=((pl.col("OBS_VALUE") + step // 2) // step * step).cast(pl.Int64))
        .filter(pl.col("OBS_VALUE") > 0)
        .sort("GEOGRAPHY_CODE", "INDUSTRY_CODE", "band")
        .select(
            DATE=pl.lit(str(year)),
            GEOGRAPHY_CODE="GEOGRAPHY_CODE",
            GEOGRAPHY_NAME=pl.col("GEOGRAPHY_CODE").replace_strict(places, default=None),
            INDUSTRY_CODE="INDUSTRY_CODE",
            INDUSTRY_NAME=pl.format("{} : Industry {}", "INDUSTRY_CODE", "INDUSTRY_CODE"),
            EMPLOYMENT_SIZEBAND_CODE=pl.col("band").replace_strict(
                {-1: "0", **{place: code for place, (_, code, _) in enumerate(BANDS)}}
            ),
            EMPLOYMENT_SIZEBAND_NAME=pl.col("band").replace_strict(
                {-1: "Total", **{place: name for place, (_, _, name) in enumerate(BANDS)}}
            ),
            LEGAL_STATUS_CODE=pl.lit("0"),
            LEGAL_STATUS_NAME=pl.lit("Total"),
            MEASURES=pl.lit("20100"),
            OBS_VALUE="OBS_VALUE",
            OBS_STATUS=pl.lit("A"),
            OBS_CONF=pl.lit("F"),
        )
    )


def filings(firms: Firms, month: Month, seed: int, a_year: int = 1) -> Iterator[tuple[str, bytes]]:
    """The accounts filed in a month, as members of the ZIP: name and page. A company files `a_year` times a year."""
    register = firms.register
    total = np.add.reduceat(register.unit_true_employees, register.first_unit)
    numbers = np.flatnonzero(firms.is_company[: firms.enterprises])
    turn = np.floor(scattered(seed, "month of accounts", numbers) * MONTHS_A_YEAR).astype(np.int64)
    every = MONTHS_A_YEAR // a_year
    filed = numbers[turn % every == (month.number - 1) % every]
    end = month.plus(-MONTHS_A_YEAR).last_day
    tells = scattered(seed, "what accounts tell", filed)
    for company, number, chance in zip(firms.company_numbers(filed), filed, tells, strict=True):
        facts = ""
        if chance < FILE_EMPLOYEES:
            facts += FACT.format(tag="AverageNumberEmployeesDuringPeriod", unit="pure", value=f"{total[number]:,}")
        if chance < FILE_TURNOVER:
            facts += FACT.format(tag="TurnoverRevenue", unit="GBP", value=f"{(total[number] + 1) * 90_000:,}")
        page = PAGE.format(company=company, start=month.plus(-2 * MONTHS_A_YEAR + 1).first_day, end=end, facts=facts)
        yield f"Prod223_{month.year % 100}{month.number:02d}_{company}_{end:%Y%m%d}.html", page.encode()


def european_rows(participants: pl.DataFrame, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Projects and participants in CORDIS's columns: some of the funded applications of several partners, once more.

    `participants` are rows of Innovate UK's list.
    """
    number = pl.col("Application Number")
    several = participants.filter(number.is_not_null()).filter(pl.col("Participant Name").n_unique().over(number) > 1)
    applications = several.select(number.unique(maintain_order=True)).to_series()
    chance = scattered(seed, "european", applications.cast(pl.Int64).to_numpy())
    chosen = applications.filter(pl.Series(chance < EUROPEAN_SHARE))
    ids = {application: str(101_000_000 + place) for place, application in enumerate(chosen)}
    rows = several.filter(number.is_in(chosen.implode())).with_columns(
        id=number.replace_strict(ids, default=None, return_dtype=pl.String)
    )
    projects = rows.group_by("id", maintain_order=True).agg(pl.col("Project Title", "Project Start Date").first())
    people = rows.unique(["id", "Participant Name"], keep="first", maintain_order=True)
    names = people["Participant Name"].unique().to_list()
    numbers = {name: str(900_000_000 + zlib.crc32(name.upper().encode()) % 99_999_999) for name in names}
    country = pl.when(pl.col("Address Region") == "Outside UK").then(pl.lit("DE")).otherwise(pl.lit("UK"))
    lead = pl.when(pl.col("Is Lead Participant") == "Yes").then(pl.lit("coordinator")).otherwise(pl.lit("participant"))
    told = {
        "projectID": pl.col("id"),
        "organisationID": pl.col("Participant Name").replace_strict(numbers),
        "name": pl.col("Participant Name"),
        "activityType": pl.lit("PRC"),
        "postCode": pl.col("Postcode"),
        "country": country,
        "role": lead,
        "ecContribution": pl.col("Award Offered (£)").cast(pl.String).fill_null(""),
        "endOfParticipation": pl.lit("false"),
    }
    blank = pl.lit("")
    return (
        projects.select(
            **{
                **dict.fromkeys(PROJECT_HEADER, blank),
                "id": pl.col("id"),
                "status": pl.lit("SIGNED"),
                "title": pl.col("Project Title"),
                "startDate": pl.col("Project Start Date").cast(pl.String),
                "frameworkProgramme": pl.lit("HORIZON"),
            }
        ),
        people.select(**{**dict.fromkeys(ORGANISATION_HEADER, blank), **told}),
    )


def write_zip(path: Path, members: Iterable[tuple[str, bytes]]) -> int:
    """Write a ZIP of members that carry no time of their own; returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, FIXED_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
            count += 1
    return count


def separated(frame: pl.DataFrame) -> bytes:
    """A frame as CORDIS writes it: semicolons between, every value quoted."""
    return frame.write_csv(separator=";", quote_style="always").encode()
